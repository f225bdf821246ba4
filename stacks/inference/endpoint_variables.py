"""The environment variables of functions that call the endpoint: its name, its model, the time-outs."""

from __future__ import annotations

import json

from contract.manifest import Manifest
from contract.model_card import public_card
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.settings import Settings
from stacks.shared.time_budget import TIME_BUDGET


def endpoint_variables(
    settings: Settings, manifest: Manifest, model_endpoint: ModelEndpoint, *, attempts: int = TIME_BUDGET.attempts
) -> dict[str, str]:
    """The variables that `lambda_src/digit_model/settings.py` reads, the log level, and the environment of metrics."""
    return {
        "ENDPOINT_NAME": model_endpoint.endpoint_name,
        "MODEL_CARD": json.dumps(public_card(manifest), separators=(",", ":"), sort_keys=True),
        "CONNECT_TIMEOUT_SECONDS": str(TIME_BUDGET.connect_seconds),
        "READ_TIMEOUT_SECONDS": str(TIME_BUDGET.read_seconds),
        "TOTAL_ATTEMPTS": str(attempts),
        "LOG_LEVEL": settings.log_level,
        "ENVIRONMENT": settings.environment,
    }
