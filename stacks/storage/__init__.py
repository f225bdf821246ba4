"""What must survive: the bucket of training data and models.

Imports `stacks.shared` and the settings. Nothing here changes when a model or the code changes.
"""
