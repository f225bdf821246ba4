"""The operations: a dashboard, alarms, and the topic that they notify.

It monitors all other stacks and none of them depends on it: it is deployed last and may be removed first.
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from stacks.api.stack import ApiStack
from stacks.identity.stack import IdentityStack
from stacks.inference.model_endpoint import ModelEndpoint
from stacks.operations.alarm_topic import AlarmTopic
from stacks.operations.alarms import make_alarms
from stacks.operations.dashboard import OperationsDashboard
from stacks.operations.metrics import Accounts, EnvironmentMetrics, Uploads
from stacks.settings import Settings
from stacks.shared.alarm import Alarms
from stacks.stream.stack import StreamStack
from stacks.upload.stack import UploadStack
from stacks.web.stack import WebStack


class OperationsStack(cdk.Stack):
    """The operations of one environment.

    Parameters
    ----------
    settings
        The environment.
    api, model_endpoint
        What every environment has.
    upload, stream, identity, web
        None where there is no such part.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        settings: Settings,
        api: ApiStack,
        upload: UploadStack | None,
        model_endpoint: ModelEndpoint,
        stream: StreamStack | None,
        identity: IdentityStack | None,
        web: WebStack | None,
    ) -> None:
        super().__init__(
            scope,
            settings.stack_name("operations"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: dashboard and alarms",
        )
        prefix = settings.stack_name("")
        alarm_topic = AlarmTopic(
            self, "Told", name=settings.application_name, alarm_prefix=prefix, emails=settings.operations.emails
        )
        metrics = EnvironmentMetrics(
            settings=settings,
            apis={name: made for name, made in (("api", api.service), ("people-api", api.people)) if made},
            prediction=api.prediction.function,
            uploads=_uploads(api, upload),
            endpoint=model_endpoint,
            stream=stream.digits if stream else None,
            accounts=Accounts(user_pool=identity.user_pool, client=identity.client) if identity else None,
            distribution_id=web.distribution.distribution.distribution_id if web else None,
        )
        alarms = Alarms(self, "Alarms", prefix=prefix, topic=alarm_topic.topic)
        make_alarms(alarms, metrics)
        name = settings.application_name
        OperationsDashboard(self, "Dashboard", name=name, metrics=metrics, alarms=alarms.alarms)
        cdk.CfnOutput(self, "AlarmTopicArn", value=alarm_topic.topic.topic_arn)
        cdk.CfnOutput(self, "DashboardName", value=name)


def _uploads(api: ApiStack, upload: UploadStack | None) -> Uploads | None:
    if upload is None or api.uploads is None:
        return None
    return Uploads(
        function=api.uploads.function,
        worker=upload.worker.function,
        queue=upload.inbox.queue,
        dead_letters=upload.inbox.dead_letters,
        jobs_table=upload.jobs.table,
        events_api_id=upload.channels.api.api_id,
    )
