"""Tuning jobs: training jobs that a strategy chooses the hyperparameters of, until one of the limits is met.

`ranges` and `strategies` are the search, `checks` refuses requests, `tuning_jobs` knows the rules, `runner` starts and
follows the training jobs through the operations that everybody uses, `operations` answers requests.
"""
