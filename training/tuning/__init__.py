"""Search for better hyperparameters: the same search space here with Optuna and on AWS with automatic model tuning.

`search_space` says what may vary, `trials` what was found, `local_study` and `tuning_job` do the search. The result
names hyperparameters that `fit --set` and `submit --set` take. Only `aws_tuning` calls AWS. Imports `training.jobs` and
the stages below it.
"""
