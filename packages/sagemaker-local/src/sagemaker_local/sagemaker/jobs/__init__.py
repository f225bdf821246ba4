"""Jobs: training and processing that really run, a process per host, with their data from and to the emulated S3.

`training_jobs` and `processing_jobs` know the rules and touch nothing; `training_runner` and `processing_runner` run
the processes; `training_operations` and `processing_operations` answer requests.
"""
