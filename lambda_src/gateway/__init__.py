"""The kit of what every function does at its edge: events and responses of API Gateway, problems, metrics, environment.

It holds what knows nothing of pixels, models, pictures and jobs. Functions and the other kits import it; of ours it
imports `contract`.
"""
