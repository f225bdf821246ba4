"""What changes with the code: the functions behind the HTTP API, and in front a REST API for each kind of caller."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from contract.manifest import Manifest
from contract.schemas import API
from stacks.api.callers import Callers, PeopleCallers, ServiceCallers
from stacks.api.gateway_account import make_api_gateway_account
from stacks.api.prediction_api import STAGE_NAME, PredictionApi, Route
from stacks.api.request_schema import request_schema
from stacks.inference.endpoint_variables import endpoint_variables
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.settings import Settings
from stacks.shared.function_bundle import FunctionSource
from stacks.shared.lambda_function import PythonFunction
from stacks.shared.picture_packages import PICTURE_PACKAGES
from stacks.shared.time_budget import TIME_BUDGET
from stacks.upload.routes import make_upload_function
from stacks.upload.stack import UploadStack

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
        The endpoint that the function calls.
    upload
        The stack of uploads; None where there are none.
    user_pool
        The user pool of the callers; None where there are no users.
    origins
        The web pages that may call.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        manifest: Manifest,
        model_endpoint: ModelEndpoint,
        upload: UploadStack | None,
        user_pool: cognito.IUserPool | None,
        origins: Sequence[str],
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name("api"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the HTTP API and the functions behind it",
        )
        self._settings = settings
        self.prediction = PythonFunction(
            self,
            "Prediction",
            source=FunctionSource(package="prediction"),
            packages=PICTURE_PACKAGES,
            settings=settings,
            description="Predictions of the HTTP API",
            timeout_seconds=TIME_BUDGET.function_seconds,
            memory_mb=MEMORY_MB,
            environment={
                **endpoint_variables(settings, manifest, model_endpoint),
                "SITE_ORIGINS": " ".join(origins),
                "POWERTOOLS_SERVICE_NAME": "prediction",
            },
        )
        model_endpoint.grant_invoke(self.prediction.function)
        self.uploads: PythonFunction | None = None
        if upload is not None:
            self.uploads = make_upload_function(
                self, "Uploads", settings=settings, inbox=upload.inbox, jobs=upload.jobs, origins=origins
            )
        self._account = make_api_gateway_account(self, settings) if settings.owns_api_gateway_account else None
        self.service = self._make_api("Service", "", ServiceCallers()) if settings.services else None
        self.people: PredictionApi | None = None
        if user_pool is not None:
            callers = PeopleCallers(user_pool=user_pool, origins=origins)
            self.people = self._make_api("People", "People", callers)
        cdk.CfnOutput(self, "StageName", value=STAGE_NAME)
        if self.service is not None:
            self._tell_address(self.service)

    def _make_api(self, construct_id: str, prefix: str, callers: Callers) -> PredictionApi:
        name = f"{self._settings.application_name}{'-people' if prefix else ''}"
        service = PredictionApi(
            self, construct_id, settings=self._settings, name=name, callers=callers, routes=self._routes()
        )
        if self._account is not None:
            service.api.deployment_stage.node.add_dependency(self._account)
        cdk.CfnOutput(self, f"{prefix}ApiId", value=service.api.rest_api_id)
        cdk.CfnOutput(self, f"{prefix}ApiUrl", value=service.api.url)
        return service

    def _routes(self) -> list[Route]:
        prediction = self.prediction.function
        routes = [
            Route(method="GET", path="/model", function=prediction, validator="ModelValidator"),
            Route(
                method="POST",
                path="/predictions",
                function=prediction,
                validator="BodyValidator",
                body_name="PredictionRequest",
                body_schema=request_schema("/predictions"),
            ),
        ]
        return routes if self.uploads is None else [*routes, *_upload_routes(self.uploads.function)]

    def _tell_address(self, service: PredictionApi) -> None:
        address = {"schema": API, "id": service.api.rest_api_id, "stage": STAGE_NAME}
        ssm.StringParameter(
            self,
            "Address",
            parameter_name=f"/digits/{self._settings.environment}/api",
            string_value=cdk.Stack.of(self).to_json_string({**address, "url": service.api.url}),
            description="Address of the HTTP API",
        )


def _upload_routes(uploads: lambda_.IFunction) -> list[Route]:
    return [
        Route(
            method="POST",
            path="/uploads",
            function=uploads,
            validator="UploadValidator",
            body_name="UploadRequest",
            body_schema=request_schema("/uploads"),
        ),
        Route(method="GET", path="/uploads/{job_id}", function=uploads, validator="JobValidator"),
    ]
