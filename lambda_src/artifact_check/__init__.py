"""The function that fails a deployment early: the model's artifact must be in the bucket, as the manifest says.

It holds the check, the call of S3 and the protocol of custom resources, with the standard library and boto3 alone.
Imports nothing of ours.
"""
