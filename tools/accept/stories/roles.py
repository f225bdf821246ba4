"""What the deployed roles may do and may not, as IAM's own policy simulator says; nothing of it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.accept.role_table import CONTEXT_TYPES, ROLES, TABLE, Row
from tools.accept.stage import Stage
from tools.accept.story import Story, expect
from tools.accept.updates import served_key


def play_roles(stage: Stage) -> None:
    """Ask about every row whose role is deployed."""
    arns, wrong = _roles(stage), list[str]()
    names = names_of(stage, arns)
    rows = [row for row in TABLE if row.role in arns]
    for number, row in enumerate(rows, start=1):
        stage.say(f"request {number} of {len(rows)}")
        decision = _decision(stage, arns[row.role], row, names)
        if (decision == "allowed") is not row.allowed:
            wanted = "allowed" if row.allowed else "denied"
            wrong.append(f"{row.role} {row.action} {_filled(row.resource, names)} {dict(row.context)}: not {wanted}")
    expect([], wrong, f"requests that are decided otherwise, of {len(rows)}")


def _roles(stage: Stage) -> dict[str, str]:
    """ARNs of the roles that are deployed, by their names in the table."""
    found, iam = dict[str, str](), stage.client("iam")
    for name, (part, prefix) in ROLES.items():
        if not stage.outputs(part):
            continue
        (role,) = (
            physical
            for logical, physical in stage.physical_ids(part, "AWS::IAM::Role").items()
            if logical.startswith(prefix)
        )
        found[name] = iam.get_role(RoleName=role)["Role"]["Arn"]
    return found


def names_of(stage: Stage, arns: Mapping[str, str]) -> dict[str, str]:
    """What stands in the table in braces."""
    place = f"{stage.settings.region}:{stage.account}"
    stem, training = f"arn:{stage.partition}", stage.settings.training
    upload, api = stage.outputs("upload"), stage.outputs("api")
    return {
        **{f"role:{name}": arn for name, arn in arns.items()},
        "bucket": f"{stem}:s3:::{stage.bucket}",
        "model": served_key(stage),
        "inbox": f"{stem}:s3:::{upload.get('UploadBucketName', 'none')}",
        "jobs": f"{stem}:dynamodb:{place}:table/{upload.get('JobsTableName', 'none')}",
        "name": f"digits-{stage.deployment.environment}",
        "sagemaker": f"{stem}:sagemaker:{place}",
        "stream": f"{stem}:kinesis:{place}:stream/{stage.outputs('stream').get('StreamName', 'none')}",
        "parameters": f"{stem}:ssm:{place}:parameter/digits/{stage.deployment.environment}",
        "job_logs": f"{stem}:logs:{place}:log-group:/aws/sagemaker/TrainingJobs",
        "api": f"{stem}:execute-api:{place}:{api.get('ApiId', 'none')}/{api.get('StageName', 'none')}",
        "instance_type": training.instance_type,
        "run_seconds": str(training.max_run_seconds),
        "too_many_seconds": str(training.max_run_seconds + 1),
        "step_type": training.step_instance_type,
        "isolation": str(training.network_isolation).lower(),
    }


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _decision(stage: Stage, arn: str, row: Row, names: Mapping[str, str]) -> str:
    context: list[dict[str, Any]] = [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [_filled(value, names)],
            "ContextKeyType": CONTEXT_TYPES.get(key, "string"),
        }
        for key, value in row.context.items()
    ]
    answer = stage.client("iam").simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=[row.action],
        ResourceArns=[_filled(row.resource, names)],
        ContextEntries=context,
    )
    return str(answer["EvaluationResults"][0]["EvalDecision"])


STORIES = (
    Story(
        slug="roles-denied",
        sentence="every role may do its work and nothing else, as the policy simulator of IAM decides",
        needs=("storage", "inference"),
        seconds=600,
        play=play_roles,
    ),
)
