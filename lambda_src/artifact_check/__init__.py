"""A step of the deployment: see that the model's artifact is in the bucket, as the manifest says."""
