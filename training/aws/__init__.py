"""What all calls to AWS share, and what an environment offers: clients, errors, parameters, the bucket, the API.

Imports `training.common`, `training.data` and `training.model`; jobs, pipeline, stream and tuning build on it.
"""
