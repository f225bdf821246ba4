"""Pipelines: definitions of the schema 2020-12-01, and executions that run their steps through the other operations.

`parsing` turns a definition into values and says what is wrong with it; `expressions`, `conditions` and `parameters`
are pure functions on them; `runner` and `step_runner` run an execution with the rights of the pipeline's role;
`pipelines` knows the rules of what is kept; `operations` answers requests.
"""
