"""From MNIST to arrays and channels: sources, the IDX format, splits, the channels of the container, reading them back.

Knows nothing of models and of AWS. Imports `training.common` and `contract`.
"""
