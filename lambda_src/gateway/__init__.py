"""What all functions of the API share: events and responses of API Gateway, problems, metrics, environment.

It does not depend on pixels, models, pictures and jobs. Functions and the other shared packages import it; of ours it
imports `contract`.
"""
