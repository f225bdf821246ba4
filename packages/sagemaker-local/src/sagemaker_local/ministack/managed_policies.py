"""AWS's managed policies that MiniStack lacks, SageMaker's first of all, and the refusal of unknown ones.

`managed_policies.json` holds their documents, with their source and the date on which they were read. A policy that
neither MiniStack nor this file has cannot be attached, as on AWS one that does not exist: MiniStack would accept it,
and its role would have no rights.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any

from sagemaker_local.ministack import requests
from sagemaker_local.ministack.registry import private
from sagemaker_local.ministack.requests import Answer, Handle, Parameters

PREFIX = "arn:aws:iam::aws:policy/"
_LIKE = "AdministratorAccess"
_IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
_ATTACHING = frozenset({"AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy"})
_NAMING = ("AWS::IAM::Role", "AWS::IAM::User")

Json = dict[str, Any]


def documents() -> dict[str, Json]:
    """The policies of `managed_policies.json`, by name with the path before it."""
    text = files(__package__).joinpath("managed_policies.json").read_text("utf-8")
    found: dict[str, Json] = json.loads(text)["policies"]
    return found


def install() -> None:
    """Enter the policies, and refuse to attach what does not exist: in requests and in templates."""
    known = private("ministack.services.iam:_aws_managed_policies")
    for name, policy in documents().items():
        known[PREFIX + name] = _record(known[PREFIX + _LIKE], name, policy)
    requests.intercept("iam", _checked)
    handlers = private("ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS")
    for resource_type in _NAMING:
        handler = handlers[resource_type]
        handlers[resource_type] = {
            **handler,
            "create": _checking(handler["create"], _CREATE_PROPERTIES),
            "update": _checking(handler["update"], _UPDATE_PROPERTIES),
        }


def _record(like: Json, name: str, policy: Json) -> Json:
    """MiniStack's record of a managed policy, made after one that it has."""
    path, _, own_name = name.rpartition("/")
    version = {
        "Document": json.dumps(policy["document"]),
        "VersionId": policy["version"],
        "IsDefaultVersion": True,
        "CreateDate": policy["updated"],
    }
    return {
        **like,
        "PolicyName": own_name,
        "Arn": PREFIX + name,
        "PolicyId": f"ANPA{hashlib.sha256(name.encode()).hexdigest()[:17].upper()}",
        "CreateDate": policy["created"],
        "UpdateDate": policy["updated"],
        "DefaultVersionId": policy["version"],
        "Path": f"/{path}/" if path else "/",
        "Description": "",
        "Tags": [],
        "Versions": {policy["version"]: version},
    }


_CREATE_PROPERTIES, _UPDATE_PROPERTIES = 1, 2
"""Where a handler of MiniStack gets the properties of the template."""


async def _checked(given: Parameters, as_before: Handle) -> Answer:
    if given.get("Action") in _ATTACHING:
        for arn in _unknown([given.get("PolicyArn", "")]):
            return requests.refusal(404, "NoSuchEntity", _no_such(arn), _IAM)
    return await as_before()


def _checking(handler: Callable[..., Any], position: int) -> Callable[..., Any]:
    @functools.wraps(handler)
    def checked(*arguments: Any, **named: Any) -> Any:
        for arn in _unknown(arguments[position].get("ManagedPolicyArns") or []):
            msg = f"{_no_such(arn)} (Service: Iam, Status Code: 404, HandlerErrorCode: NotFound)"
            raise ValueError(msg)
        return handler(*arguments, **named)

    return checked


def _unknown(arns: Iterable[str]) -> list[str]:
    exists = private("ministack.services.iam:policy_known")
    # MiniStack makes one empty name of an empty list parameter, which the template of `cdk bootstrap` has.
    return [arn for arn in arns if arn and not exists(arn)]


def _no_such(arn: str) -> str:
    """AWS's sentence; that this is an emulator matters only where AWS might know the policy."""
    sentence = f"Policy {arn} does not exist or is not attachable."
    if not arn.startswith(PREFIX):
        return sentence
    return f"{sentence} This emulator has only some of AWS's managed policies; iam:ListPolicies lists them."
