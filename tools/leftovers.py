"""What earlier attempts left in the account that the next deployment would trip over, and what to do with each.

Stacks in a state from which CloudFormation does not go on; and resources under a name that a template fixes, whose
stack does not own them. Nothing is changed here but the termination protection of a stack whose creation failed: it
holds nothing, and the CDK CLI, which deletes it before it tries again, does not switch the protection off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[[str], Any]
"""Gives a client of botocore by the name of a service."""

FAILED_CREATION = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
"""States of a stack that was never there: the CDK CLI deletes it and begins anew."""

_MISSING = ("NotFound", "DoesNotExist", "ParameterNotFound", "ResourceNotFound", "ValidationException")
"""In the codes with which services say that something is not there; SageMaker's says nothing else to a description."""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """Something that blocks the deployment.

    Attributes
    ----------
    what
        It, in words.
    do
        What to do with it, before the deployment is started again.
    blocks
        Whether the deployment cannot succeed before that.
    """

    what: str
    do: str
    blocks: bool = True


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A type whose resources have a name that the template fixes."""

    words: str
    name: str
    service: str
    describe: Callable[[Any, str], bool]
    delete: str


def _answers(operation: str, parameter: str) -> Callable[[Any, str], bool]:
    """Whether something is there: the operation answers, or says that there is no such thing."""

    def describe(client: Any, name: str) -> bool:
        try:
            getattr(client, operation)(**{parameter: name})
        except ClientError as error:
            if any(word in error.response["Error"]["Code"] for word in _MISSING):
                return False
            raise
        return True

    return describe


def _log_group(client: Any, name: str) -> bool:
    groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)


def _alarm(client: Any, name: str) -> bool:
    return bool(client.describe_alarms(AlarmNames=[name])["MetricAlarms"])


def _of_sagemaker(words: str, *, first: str = "") -> _Named:
    """SageMaker names operations, their members and those of CloudFormation alike, after the kind of resource."""
    name = "".join(word.capitalize() for word in words.split()) + "Name"
    kind = words.replace(" ", "-")
    return _Named(
        words=words,
        name=name,
        service="sagemaker",
        describe=_answers(f"describe_{kind.replace('-', '_')}", name),
        delete=f"aws sagemaker delete-{kind} --{kind}-name {{name}}{first}",
    )


_NAMED = {
    "AWS::Logs::LogGroup": _Named(
        words="log group",
        name="LogGroupName",
        service="logs",
        describe=_log_group,
        delete="aws logs delete-log-group --log-group-name {name}",
    ),
    "AWS::CloudWatch::Alarm": _Named(
        words="alarm",
        name="AlarmName",
        service="cloudwatch",
        describe=_alarm,
        delete="aws cloudwatch delete-alarms --alarm-names {name}",
    ),
    "AWS::CloudWatch::Dashboard": _Named(
        words="dashboard",
        name="DashboardName",
        service="cloudwatch",
        describe=_answers("get_dashboard", "DashboardName"),
        delete="aws cloudwatch delete-dashboards --dashboard-names {name}",
    ),
    "AWS::SSM::Parameter": _Named(
        words="parameter",
        name="Name",
        service="ssm",
        describe=_answers("get_parameter", "Name"),
        delete="aws ssm delete-parameter --name {name}",
    ),
    "AWS::Kinesis::Stream": _Named(
        words="stream",
        name="Name",
        service="kinesis",
        describe=_answers("describe_stream_summary", "StreamName"),
        delete="aws kinesis delete-stream --stream-name {name}",
    ),
    "AWS::SageMaker::Endpoint": _of_sagemaker("endpoint"),
    "AWS::SageMaker::ModelPackageGroup": _of_sagemaker(
        "model package group",
        first=" (its versions first: aws sagemaker list-model-packages, delete-model-package)",
    ),
    "AWS::SageMaker::Pipeline": _of_sagemaker("pipeline"),
    "AWS::SageMaker::NotebookInstance": _of_sagemaker("notebook instance"),
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": _of_sagemaker("notebook instance lifecycle config"),
}


def leftovers(client: Client, templates: Mapping[str, Any], deployed: Mapping[str, Any]) -> Iterator[Leftover]:
    """What blocks the deployment of these templates.

    Parameters
    ----------
    client
        Gives clients of the account and region.
    templates
        What is to be deployed, by the names of the stacks.
    deployed
        The templates of the stacks that are there, without those whose creation failed.
    """
    for stack, template in templates.items():
        yield from _of_state(client("cloudformation"), stack)
        owned = deployed.get(stack, {}).get("Resources", {})
        for logical_id, resource in template["Resources"].items():
            if logical_id not in owned:
                yield from _of_name(client, stack, resource)


def unprotect_failed_creations(cloudformation: Any, stacks: Mapping[str, Any]) -> list[str]:
    """Switch the termination protection of stacks off whose creation failed; returns their names."""
    found = []
    for name in stacks:
        stack = _describe(cloudformation, name)
        if stack and stack["StackStatus"] in FAILED_CREATION and stack.get("EnableTerminationProtection"):
            cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
            found.append(name)
    return found


def _of_state(cloudformation: Any, name: str) -> Iterator[Leftover]:
    stack = _describe(cloudformation, name)
    status = stack["StackStatus"] if stack else ""
    if status in FAILED_CREATION:
        yield Leftover(
            what=f"the creation of stack {name} failed before ({status})",
            do="nothing: it is deleted first",
            blocks=False,
        )
    elif status == "UPDATE_ROLLBACK_FAILED":
        yield Leftover(
            what=f"an update of stack {name} failed, and so did its rollback ({status})",
            do="read the reason in the console, remove it, then: "
            f"aws cloudformation continue-update-rollback --stack-name {name}",
        )
    elif status == "DELETE_FAILED":
        yield Leftover(
            what=f"stack {name} could not be deleted ({status})",
            do=f"read the reason in the console, remove it, then: aws cloudformation delete-stack --stack-name {name}",
        )
    elif status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        yield Leftover(
            what=f"stack {name} is being changed ({status})",
            do=f"wait until that is over, or cancel it: aws cloudformation cancel-update-stack --stack-name {name}",
        )


def _of_name(client: Client, stack: str, resource: Mapping[str, Any]) -> Iterator[Leftover]:
    kind = _NAMED.get(resource["Type"])
    name = resource.get("Properties", {}).get(kind.name) if kind else None
    if kind and isinstance(name, str) and kind.describe(client(kind.service), name):
        yield Leftover(
            what=f"{kind.words} {name} is there, and stack {stack}, which is to make it, does not own it",
            do=f"if it is not needed: {kind.delete.format(name=name)}",
        )


def _describe(cloudformation: Any, name: str) -> dict[str, Any] | None:
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stack)
