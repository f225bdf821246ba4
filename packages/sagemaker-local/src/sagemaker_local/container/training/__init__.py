"""What SageMaker's built-in XGBoost container does when it trains: used by `sagemaker_local.training_container`.

It reads files under `/opt/ml`, and does not depend on jobs, S3 or the emulator.
"""
