"""Amazon SageMaker as this project uses it: models, endpoint configurations, endpoints, and InvokeEndpoint.

`control_plane` knows the rules and touches nothing; `fleet` runs the processes behind the endpoints; `operations` and
`runtime` implement the two HTTP APIs; `cloudformation` offers the same as resource types.
"""
