"""The kit of functions behind API Gateway: events, the outermost layer, problems, CORS, metrics, limits.

Knows nothing of digits' pixels and of models. It imports no function.
"""
