"""From arrays to a packaged model: hyperparameters, fitting, evaluation, the artifact, its records and its promotion.

Knows nothing of AWS. Imports `training.common`, `training.data` and `contract`.
"""
