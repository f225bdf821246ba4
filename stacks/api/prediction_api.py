"""The REST API in front of the functions: who may call, how often, with what body, and what is logged.

Routes are those of the OpenAPI document. An API for users also answers preflight requests of the site's pages, whether
they may call (CORS).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.api.callers import Callers, ServiceCallers
from stacks.api.gateway_problems import add_gateway_problems
from stacks.settings import Settings
from stacks.shared.log_group import make_log_group
from stacks.shared.time_budget import TIME_BUDGET

STAGE_NAME = "v1"
IMAGE_TYPES = ("image/png", "image/jpeg")


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one resource.

    Attributes
    ----------
    method, path
        Such as `POST` and `/predictions`.
    function
        The function that handles it.
    validator
        Construct id of the request validator.
    body_name, body_schema
        Name and JSON schema (draft 4) of its JSON body; without one there is no body to check.
    """

    method: str
    path: str
    function: lambda_.IFunction
    validator: str
    body_name: str = ""
    body_schema: Mapping[str, Any] | None = None


class PredictionApi(Construct):
    """The API and its one stage.

    Parameters
    ----------
    settings
        The environment: throttling, tracing, log retention.
    name
        Name of the API in the console.
    callers
        Its callers.
    routes
        Its methods.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        name: str,
        callers: Callers,
        routes: Sequence[Route],
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self._routes = routes
        self.api = apigateway.RestApi(
            self,
            "RestApi",
            rest_api_name=name,
            description="Digits: handwritten digits to numbers",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=list(IMAGE_TYPES),
            cloud_watch_role=False,
            deploy_options=self._stage_options(),
            default_method_options=callers.method_options(self),
        )
        self.api.node.try_remove_child("Endpoint")  # an output with a generated name; ApiStack has its own
        self._keep_execution_log()
        for route in routes:
            self._add_route(route)
        if not isinstance(callers, ServiceCallers):
            self._answer_pages()
        add_gateway_problems(self.api, origins=callers.origins)

    @property
    def route_arns(self) -> list[str]:
        """The routes of predictions, for the policy of a caller."""
        asked = [route for route in self._routes if not route.path.startswith("/uploads")]
        return [self.api.arn_for_execute_api(route.method, route.path, STAGE_NAME) for route in asked]

    def _stage_options(self) -> apigateway.StageOptions:
        access_log = make_log_group(self, "AccessLog", self._settings)
        return apigateway.StageOptions(
            stage_name=STAGE_NAME,
            throttling_rate_limit=self._settings.throttle.requests_per_second,
            throttling_burst_limit=self._settings.throttle.burst,
            # Those of each method cost by the piece.
            metrics_enabled=self._settings.parts.operations,
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

    def _add_route(self, route: Route) -> None:
        models = {}
        if route.body_schema is not None:
            # Pictures have no model: only the function can validate them.
            models = {"application/json": self._request_model(route.body_name, dict(route.body_schema))}
        self.api.root.resource_for_path(route.path).add_method(
            route.method,
            _integration(route.function),
            request_validator=self._validator(route.validator, body=bool(models)),
            request_models=models or None,
        )

    def _answer_pages(self) -> None:
        """Let the functions answer CORS preflight requests, which carry no token."""
        functions = {route.path: route.function for route in self._routes}
        for path, function in functions.items():
            self.api.root.resource_for_path(path).add_method(
                "OPTIONS", _integration(function), authorization_type=apigateway.AuthorizationType.NONE
            )

    def _validator(self, construct_id: str, *, body: bool) -> apigateway.RequestValidator:
        return apigateway.RequestValidator(
            self,
            construct_id,
            rest_api=self.api,
            validate_request_body=body,
            validate_request_parameters=True,
        )

    def _request_model(self, name: str, request_schema: dict[str, Any]) -> apigateway.IModel:
        # The L1, because it takes the schema as it is.
        model = apigateway.CfnModel(
            self,
            name,
            rest_api_id=self.api.rest_api_id,
            content_type="application/json",
            name=name,
            schema=request_schema,
        )
        # Without this a changed schema would be saved, but not deployed to the stage.
        if self.api.latest_deployment is not None:
            self.api.latest_deployment.add_to_logical_id(request_schema)
            self.api.latest_deployment.node.add_dependency(model)
        return apigateway.Model.from_model_name(self, f"{name}Name", model.ref)


def _integration(function: lambda_.IFunction) -> apigateway.LambdaIntegration:
    return apigateway.LambdaIntegration(
        function, proxy=True, allow_test_invoke=False, timeout=cdk.Duration.seconds(TIME_BUDGET.api_seconds)
    )


def _access_log_format() -> str:
    """One JSON object for each request: caller, route, result. No body, no query, no header."""
    return json.dumps(
        {
            "requestId": "$context.requestId",
            "requestTime": "$context.requestTime",
            "ip": "$context.identity.sourceIp",
            "caller": "$context.identity.userArn",
            "person": "$context.authorizer.claims.sub",
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
