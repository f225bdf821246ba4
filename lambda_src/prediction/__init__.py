"""The prediction function: pixels or a picture in, a digit and ten probabilities out.

Runs per request behind API Gateway. `handler` is the entry point, `sagemaker_endpoint` the only module that speaks
to AWS, everything else is pure. It neither trains nor loads a model: the endpoint does that.
"""
