"""Implements the interface of SageMaker's built-in XGBoost container (image tag 3.2-0): requests in, predictions out.

It is not the control plane of endpoints (that is `sagemaker_local.sagemaker`) and knows nothing of AWS: it loads a
model folder and answers HTTP. `packages/sagemaker-local/docs/container-contract.md` says what is spoken and where it
differs on purpose.
"""
