"""A step of the deployment: is the model's artifact in the bucket, as the manifest says?"""
