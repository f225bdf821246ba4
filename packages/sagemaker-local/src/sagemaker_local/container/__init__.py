"""Stand-ins for the containers of the built-in XGBoost: one serves a model (`serving`), one trains one (`training`).

They run as processes of their own, started by `sagemaker_local.xgboost_container`, `training_container` and
`processing_container`, and import nothing of the emulator: each is usable alone.
"""
