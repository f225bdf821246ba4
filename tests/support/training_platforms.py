"""The platform of an environment as its training stack would describe it."""

from __future__ import annotations

import json
from typing import Any

from training.aws.platform import Platform, platform_from_json

ACCOUNT = "123456789012"


def platform_document(environment: str = "local", **changes: Any) -> dict[str, Any]:
    """The JSON value of the parameter, with changes."""
    return {
        "schema": "digits.training/1",
        "bucket": f"digits-{environment}-bucket",
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/digits-{environment}-training",
        "image_uri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "job_prefix": f"digits-{environment}-",
        "output_prefix": "jobs/",
        "instance_type": "ml.m5.xlarge",
        "instance_count": 1,
        "volume_gb": 10,
        "max_run_seconds": 3600,
        "spot": True,
        "max_wait_seconds": 7200,
        "encrypt_between_hosts": False,
        "network_isolation": True,
        "kms_key_arn": None,
        "subnets": [],
        "security_groups": [],
        "model_package_group": f"digits-{environment}",
        "pipeline": f"digits-{environment}",
        **changes,
    }


def platform(environment: str = "local", **changes: Any) -> Platform:
    """The same, read."""
    return platform_from_json(json.dumps(platform_document(environment, **changes)), environment=environment)
