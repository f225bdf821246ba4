"""The REST API in front of the prediction function: who may call, how often, with what body, and what is logged.

Routes are those of the function's OpenAPI document: `POST /predictions` and `GET /model`. Callers sign with IAM
credentials.
"""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.gateway_problems import add_gateway_problems
from stacks.constructs.log_group import make_log_group
from stacks.settings import Settings
from stacks.time_budget import TIME_BUDGET

STAGE_NAME = "v1"
IMAGE_TYPES = ("image/png", "image/jpeg")
ROUTES = (("GET", "/model"), ("POST", "/predictions"))


class PredictionApi(Construct):
    """The API and its one stage.

    Parameters
    ----------
    settings
        The environment: throttling, tracing, log retention.
    function
        What answers.
    request_schema
        JSON schema (draft 4) of the JSON body of `POST /predictions`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        function: lambda_.IFunction,
        request_schema: dict[str, Any],
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=f"digits-{settings.environment}",
            description="Digits: handwritten digits to numbers",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=list(IMAGE_TYPES),
            cloud_watch_role=False,
            deploy_options=self._stage_options(),
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
        )
        self.api.node.try_remove_child("Endpoint")  # an output with a generated name; ApiStack has its own
        self._keep_execution_log()
        self._add_routes(function, request_schema)
        add_gateway_problems(self.api)

    @property
    def route_arns(self) -> list[str]:
        """Both routes, for a policy of somebody who may call them."""
        return [self.api.arn_for_execute_api(method, path, STAGE_NAME) for method, path in ROUTES]

    def _stage_options(self) -> apigateway.StageOptions:
        access_log = make_log_group(self, "AccessLog", self._settings)
        return apigateway.StageOptions(
            stage_name=STAGE_NAME,
            throttling_rate_limit=self._settings.throttle.requests_per_second,
            throttling_burst_limit=self._settings.throttle.burst,
            metrics_enabled=True,
            # Errors of API Gateway itself, such as a function it may not call. Bodies are never logged.
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            data_trace_enabled=False,
            tracing_enabled=self._settings.tracing,
            access_log_destination=apigateway.LogGroupLogDestination(access_log),
            access_log_format=apigateway.AccessLogFormat.custom(_access_log_format()),
        )

    def _keep_execution_log(self) -> None:
        """Make the log group that API Gateway would otherwise make by itself, without an end to its retention."""
        name = f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{STAGE_NAME}"
        group = make_log_group(self, "ExecutionLog", self._settings, log_group_name=name)
        self.api.deployment_stage.node.add_dependency(group)

    def _add_routes(self, function: lambda_.IFunction, request_schema: dict[str, Any]) -> None:
        integration = apigateway.LambdaIntegration(
            function,
            proxy=True,
            allow_test_invoke=False,
            timeout=cdk.Duration.seconds(TIME_BUDGET.api_seconds),
        )
        self.api.root.add_resource("model").add_method(
            "GET", integration, request_validator=self._validator("ModelValidator", body=False)
        )
        self.api.root.add_resource("predictions").add_method(
            "POST",
            integration,
            request_validator=self._validator("BodyValidator", body=True),
            # Pictures have no model: only the function can tell whether they are one.
            request_models={"application/json": self._request_model(request_schema)},
        )

    def _validator(self, construct_id: str, *, body: bool) -> apigateway.RequestValidator:
        return apigateway.RequestValidator(
            self,
            construct_id,
            rest_api=self.api,
            validate_request_body=body,
            validate_request_parameters=True,
        )

    def _request_model(self, request_schema: dict[str, Any]) -> apigateway.IModel:
        # The L1, because it takes the schema as it is.
        model = apigateway.CfnModel(
            self,
            "RequestModel",
            rest_api_id=self.api.rest_api_id,
            content_type="application/json",
            name="PredictionRequest",
            schema=request_schema,
        )
        # Without this a changed schema would be saved, but not deployed to the stage.
        if self.api.latest_deployment is not None:
            self.api.latest_deployment.add_to_logical_id(request_schema)
            self.api.latest_deployment.node.add_dependency(model)
        return apigateway.Model.from_model_name(self, "RequestModelName", model.ref)


def _access_log_format() -> str:
    """One JSON object for each request: who asked for what, and how it went. No body, no query, no header."""
    return json.dumps(
        {
            "requestId": "$context.requestId",
            "requestTime": "$context.requestTime",
            "ip": "$context.identity.sourceIp",
            "caller": "$context.identity.userArn",
            "method": "$context.httpMethod",
            "path": "$context.resourcePath",
            "status": "$context.status",
            "responseBytes": "$context.responseLength",
            "responseMilliseconds": "$context.responseLatency",
            "functionMilliseconds": "$context.integrationLatency",
            "functionError": "$context.integration.error",
            "gatewayError": "$context.error.responseType",
        }
    )
