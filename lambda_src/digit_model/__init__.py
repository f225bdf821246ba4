"""The kit for asking the deployed model: the endpoint's client, its output, predictions, the card of the model.

Imports `gateway` for problems. It imports no function.
"""
