"""The kit for calling the deployed model: the endpoint's client, its output, predictions, the model card.

It holds what every caller of the endpoint needs, and no parsing of requests. Imports `contract`, `gateway` and
`likeness`. Only `sagemaker_endpoint` uses the AWS SDK.
"""
