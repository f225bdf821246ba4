"""What all calls to AWS share: clients, errors, polling, parameters of the stacks, the bucket, the endpoint, the API.

Imports `training.common`, `training.data` and `training.model`; jobs, pipeline, stream and tuning build on it.
"""
