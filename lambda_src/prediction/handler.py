"""Entry point of the prediction function, `prediction.handler.handler`: event in, proxy response out."""

from __future__ import annotations

import functools
import os
from typing import Any

from aws_lambda_powertools import Logger

from digit_model.sagemaker_endpoint import SageMakerEndpoint
from digit_model.settings import EndpointSettings
from gateway.cors import Origins
from gateway.http_app import respond
from gateway.metrics import FunctionMetrics
from prediction.application import Application

logger = Logger()
metrics = FunctionMetrics.from_environment(os.environ)


def handler(event: object, context: object) -> dict[str, Any]:
    """Handle one event of API Gateway (REST, proxy integration)."""
    return respond(event, context, application, logger, metrics)


@functools.cache
def application() -> Application:
    """Read the settings and connect to the endpoint, once for all requests of this process."""
    settings = EndpointSettings.from_environment(os.environ)
    return Application(
        card=settings.model_card,
        endpoint=SageMakerEndpoint.connect(settings),
        origins=Origins.from_text(os.environ.get("SITE_ORIGINS", "")),
    )
