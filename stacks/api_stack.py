"""What changes with the code: the prediction function and the REST API in front of it."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from stacks.constructs.api_gateway_account import make_api_gateway_account
from stacks.constructs.function_bundle import FunctionSource
from stacks.constructs.lambda_function import PythonFunction
from stacks.constructs.model_endpoint import ModelEndpoint
from stacks.constructs.prediction_api import STAGE_NAME, PredictionApi
from stacks.manifest import Manifest
from stacks.request_schema import prediction_request_schema
from stacks.settings import Settings
from stacks.time_budget import TIME_BUDGET

MEMORY_MB = 1024
"""A picture of 25 million pixels is decoded within it."""


class ApiStack(cdk.Stack):
    """The HTTP API.

    Parameters
    ----------
    settings
        The environment.
    manifest
        The promoted model; callers get its public part.
    model_endpoint
        The endpoint that the function asks.
    """

    def __init__(
        self, scope: Construct, *, settings: Settings, manifest: Manifest, model_endpoint: ModelEndpoint
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name("api"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the HTTP API and the function behind it",
        )
        prediction = PythonFunction(
            self,
            "Prediction",
            source=FunctionSource(package="prediction", has_requirements=True),
            settings=settings,
            description="Answers the HTTP API with the help of the model's endpoint",
            timeout_seconds=TIME_BUDGET.function_seconds,
            memory_mb=MEMORY_MB,
            environment=_environment(settings, manifest, model_endpoint),
        )
        model_endpoint.grant_invoke(prediction.function)
        self.service = PredictionApi(
            self,
            "Service",
            settings=settings,
            function=prediction.function,
            request_schema=prediction_request_schema(),
        )
        if settings.owns_api_gateway_account:
            self.service.api.deployment_stage.node.add_dependency(make_api_gateway_account(self, settings))
        cdk.CfnOutput(self, "ApiId", value=self.service.api.rest_api_id)
        cdk.CfnOutput(self, "ApiUrl", value=self.service.api.url)
        cdk.CfnOutput(self, "StageName", value=STAGE_NAME)
        address = {"schema": "digits.api/1", "id": self.service.api.rest_api_id, "stage": STAGE_NAME}
        ssm.StringParameter(
            self,
            "Address",
            parameter_name=f"/digits/{settings.environment}/api",
            string_value=cdk.Stack.of(self).to_json_string({**address, "url": self.service.api.url}),
            description="Where callers outside the application find the HTTP API",
        )


def _environment(settings: Settings, manifest: Manifest, model_endpoint: ModelEndpoint) -> dict[str, str]:
    return {
        "ENDPOINT_NAME": model_endpoint.endpoint_name,
        "MODEL_CARD": json.dumps(manifest.public_card(), separators=(",", ":"), sort_keys=True),
        "CONNECT_TIMEOUT_SECONDS": str(TIME_BUDGET.connect_seconds),
        "READ_TIMEOUT_SECONDS": str(TIME_BUDGET.read_seconds),
        "TOTAL_ATTEMPTS": str(TIME_BUDGET.attempts),
        "LOG_LEVEL": settings.log_level,
        "POWERTOOLS_SERVICE_NAME": "prediction",
    }
