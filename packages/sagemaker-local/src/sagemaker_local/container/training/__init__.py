"""What SageMaker's built-in XGBoost container does when it trains: used by `sagemaker_local.training_container`.

Knows files under `/opt/ml`, hyperparameters, matrices and rounds. Knows nothing of jobs, S3 or the emulator around it.
"""
