"""What the deployed roles may do and may not, as IAM's own policy simulator says; nothing of it is done.

The requests are those of `stacks/policy/roles.toml`, which tests evaluate on the templates, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contract.xgboost_image import REGISTRY_ACCOUNTS
from stacks.policy.role_table import Question, Resource, read_role_table
from tools.accept.stage import Stage
from tools.accept.story import Story, expect
from tools.accept.updates import served_key

ARNS = {
    "AWS::AppSync::ChannelNamespace": "{name}",
    "AWS::DynamoDB::Table": "{stem}:dynamodb:{place}:table/{name}",
    "AWS::Kinesis::Stream": "{stem}:kinesis:{place}:stream/{name}",
    "AWS::Logs::LogGroup": "{stem}:logs:{place}:log-group:{name}",
    "AWS::S3::Bucket": "{stem}:s3:::{name}",
    "AWS::SQS::Queue": "{stem}:sqs:{place}:{name}",
    "AWS::SageMaker::Endpoint": "{stem}:sagemaker:{place}:endpoint/{name}",
}
"""How the ARN of a resource is made of its name; the table has others by their id."""
CONTEXT_TYPES = {
    "sagemaker:InstanceTypes": "stringList",
    "sagemaker:MaxRuntimeInSeconds": "numeric",
    "sagemaker:KeepAlivePeriod": "numeric",
    "sagemaker:NetworkIsolation": "boolean",
}
"""Types of condition keys for the simulator; those of the others are `string`."""
ABSENT = "absent"
IMAGES = f"us-east-1:{REGISTRY_ACCOUNTS['us-east-1']}"
"""The table has the registry of one region."""


def play_roles(stage: Stage) -> None:
    """Ask about every line whose role is deployed."""
    table = read_role_table()
    names = {**_known(stage), **{name: _arn(stage, wanted) for name, wanted in table.resources.items()}}
    wrong, count = list[str](), 0
    for role in table.of(stage.deployment.environment):
        arn = _arn(stage, Resource(part=role.part, type="AWS::IAM::Role", begins=role.begins))
        if arn == ABSENT:
            continue
        stage.say(f"{role.part}: {role.begins}")
        for question in askable(role.questions, names):
            count += 1
            if (_decision(stage, arn, question, names) == "allowed") is not question.allowed:
                wanted = "allowed" if question.allowed else "denied"
                wrong.append(
                    f"{role.begins} {question.action} {question.resource} {dict(question.context)}: not {wanted}"
                )
    expect([], wrong, f"requests that are decided otherwise, of {count}")


def askable(questions: Iterable[Question], names: Mapping[str, str]) -> list[Question]:
    """The questions about what is deployed: the simulator refuses a resource that is no ARN.

    Parameters
    ----------
    questions
        Lines of the table.
    names
        What stands for the names in them, `absent` for what is not deployed.
    """
    absent = [f"{{{name}}}" for name, value in names.items() if value == ABSENT]
    return [each for each in questions if not any(name in each.resource for name in absent)]


def _known(stage: Stage) -> dict[str, str]:
    """Names of the table that are no resources."""
    return {
        "account": stage.account,
        "region": stage.settings.region,
        "environment": stage.deployment.environment,
        "name": f"digits-{stage.deployment.environment}",
        "key": served_key(stage),
    }


def _arn(stage: Stage, wanted: Resource) -> str:
    """The ARN of a resource of a stack, the id of an API, or `absent` where it is not deployed."""
    if not stage.outputs(wanted.part):
        return ABSENT
    found = stage.physical_ids(wanted.part, wanted.type)
    physical = next((each for logical, each in found.items() if logical.startswith(wanted.begins)), ABSENT)
    if wanted.type == "AWS::IAM::Role" and physical != ABSENT:
        return str(stage.client("iam").get_role(RoleName=physical)["Role"]["Arn"])
    if physical.startswith("arn:") or physical == ABSENT:
        return physical
    # A queue is known by its address.
    name = physical.rpartition("/")[2] if physical.startswith("http") else physical
    place = f"{stage.settings.region}:{stage.account}"
    return ARNS.get(wanted.type, "{name}").format(stem=f"arn:{stage.partition}", place=place, name=name)


def _decision(stage: Stage, arn: str, question: Question, names: Mapping[str, str]) -> str:
    context = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": CONTEXT_TYPES.get(key, "string")}
        for key, value in question.context.items()
    ]
    region = stage.settings.region
    resource = question.resource.format(**names).replace(IMAGES, f"{region}:{REGISTRY_ACCOUNTS[region]}")
    answer = stage.client("iam").simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=[question.action], ResourceArns=[resource], ContextEntries=context
    )
    return str(answer["EvaluationResults"][0]["EvalDecision"])


STORIES = (
    Story(
        slug="roles-denied",
        sentence="every role may do its work and nothing else, as the policy simulator of IAM decides",
        needs=("storage", "inference"),
        seconds=900,
        play=play_roles,
    ),
)
