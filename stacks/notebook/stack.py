"""The notebook instance. It can be deleted at any time; everything that it makes is in the bucket."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.api.prediction_api import PredictionApi
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.notebook.instance import Notebook
from stacks.notebook.role import NotebookTargets
from stacks.settings import Settings


class NotebookStack(cdk.Stack):
    """The notebook instance of an environment.

    Parameters
    ----------
    settings
        The environment.
    bucket
        Data, and results of jobs.
    training_role
        Execution role of its jobs.
    model_endpoint, service
        The API or endpoint that it calls for predictions.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        bucket: s3.IBucket,
        training_role: iam.IRole,
        model_endpoint: ModelEndpoint,
        service: PredictionApi,
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name("notebook"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the notebook instance",
        )
        targets = NotebookTargets(
            bucket=bucket,
            training_role=training_role,
            endpoint_arn=model_endpoint.endpoint_arn,
            api_arns=service.route_arns,
        )
        self.notebook = Notebook(self, "Notebook", settings=settings, notebook=settings.notebook, targets=targets)
        cdk.CfnOutput(self, "NotebookName", value=self.notebook.instance.attr_notebook_instance_name)
        cdk.CfnOutput(self, "NotebookRoleArn", value=self.notebook.role.role_arn)
