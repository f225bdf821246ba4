"""Custom resources: those of the CDK, this project's own, and unknown ones.

The rules under `Custom::*` are for every custom resource that has none of its own.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, data_loss, harmless, interruption, unknown
from tools.review.references import followed, reference
from tools.review.shapes import always, each, guard_switch, listed, number
from tools.review.values import literal

ANY_CUSTOM = "Custom::*"
_UNNAMED = "AWS::CloudFormation::CustomResource"

_HASH = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{32,}\.zip|\d{10,13}|\d{4}-\d{2}-\d{2}T[\d:.]+Z?")
_DESCRIBES = re.compile(
    r"(?i)hash|digest|checksum|nonce|timestamp|salt|trigger|version$|physicalresourceid|^comment$|installlatest"
)
_DELETES = re.compile(r"(?i)delete|remove|terminate|purge|disable|detach|revoke|deregister")


def any_property(change: Change) -> Verdict:
    """Judge a property of a custom resource of which nothing is known."""
    name = (change.property or "").rpartition(".")[2]
    values = (change.before, change.after)
    if _DESCRIBES.search(name) or all(isinstance(value, str) and _HASH.fullmatch(value) for value in values):
        return harmless("it only tells the resource that something changed")
    return followed(change) or unknown(f"nobody can tell here what the custom resource does with another {name}")


def service_token(change: Change) -> Verdict:
    """Judge which function makes the resource."""
    return followed(change) or access("another function makes the resource, with its own rights")


def sdk_call(change: Change) -> Verdict:
    """Judge the call that `AwsCustomResource` makes when it is created, updated or deleted."""
    before, after = (_call(value) for value in (change.before, change.after))
    when = (change.property or "").split(".")[0]
    if when == "Delete":
        return _delete_call(before, after)
    if after is None:
        return interruption("the call is no longer made")
    if "action" not in after:
        return data_loss("which call the deployment makes is unknown")
    if before is not None and _same_call(before, after):
        return harmless("the same call, named or logged otherwise")
    action = str(after["action"])
    if re.match(r"(?i)get|list|describe|head", action):
        return harmless(f"the call {action} only reads")
    if _DELETES.match(action):
        return data_loss(f"the deployment calls {action}, which takes something away")
    return unknown(f"the deployment calls {after.get('service')} {action} with other parameters; look at them")


def _delete_call(before: dict[str, Any] | None, after: dict[str, Any] | None) -> Verdict:
    if after is None:
        return harmless("nothing is taken away when the resource is removed; what it made stays")
    if before is None or not _same_call(before, after):
        return data_loss("something else is taken away when the resource is removed")
    return harmless("the same call when the resource is removed")


def _same_call(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return "action" in before and all(before.get(part) == after.get(part) for part in ("action", "parameters"))


def _call(value: Any) -> dict[str, Any] | None:
    """Read a call: JSON as text, with references inside it as `Fn::Join`."""
    if value is None:
        return None
    if isinstance(value, dict) and literal(value):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    found = {
        name: match[1]
        for name in ("service", "action")
        if (match := re.search(rf'\\*"{name}\\*":\s*\\*"([^"\\]+)', text))
    }
    parameters = re.search(
        r'\\*"parameters\\*":(.*?)(?:\\*"physicalResourceId|\\*"logApiResponseData|$)', text, re.DOTALL
    )
    return {**found, "parameters": parameters[1] if parameters else ""}


_CHECKED = harmless("it follows the promoted model, by design: the deployment looks for that artifact")
_UNCHECKED = access("the deployment may no longer ask whether the artifact is the one that was promoted")


def _checked(change: Change) -> Verdict:
    return _CHECKED if change.after and isinstance(change.after, str | int) else _UNCHECKED


_CHECK: dict[str, Rule] = {
    "ServiceToken": service_token,
    **each(_checked, "Key", "Sha256", "SizeBytes"),
    "Bucket": lambda change: followed(change) or access("the artifact of the model is looked for in another bucket"),
    "ServiceTimeout": number(
        up=harmless("the check may take longer"),
        down=interruption("a check that takes longer makes the deployment fail"),
        default=3600,
    ),
}

_ANY: dict[str, Rule] = {
    "ServiceToken": service_token,
    "ServiceTimeout": always(harmless("only how long CloudFormation waits for it")),
    "*": any_property,
}

_AWS: dict[str, Rule] = {
    "ServiceToken": service_token,
    "ServiceTimeout": always(harmless("only how long CloudFormation waits for it")),
    **each(sdk_call, "Create", "Update", "Delete"),
    "InstallLatestAwsSdk": always(harmless("only which SDK makes the call")),
}


_OIDC: dict[str, Rule] = {
    "Url": always(access("people of another provider sign in")),
    "ClientIDList": listed(
        added=access("more clients are trusted"), removed=interruption("a client is no longer trusted")
    ),
    "ThumbprintList": listed(
        added=access("another certificate is trusted"), removed=harmless("a certificate is no longer trusted")
    ),
    "RejectUnauthorized": guard_switch("the certificate of the provider is checked"),
    "CodeHash": always(harmless("it only tells the resource that its code changed")),
    "ServiceToken": service_token,
}

_EXPORTS: dict[str, Rule] = {
    **each(
        always(harmless("it carries over values to stacks in other regions, which are compared themselves")),
        "WriterProps",
        "ReaderProps",
    ),
    "ServiceToken": service_token,
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    _UNNAMED: _ANY,
    ANY_CUSTOM: _ANY,
    "Custom::ModelArtifactCheck": _CHECK,
    "Custom::AWS": _AWS,
    "Custom::AWSCDKOpenIdConnectProvider": _OIDC,
    "Custom::CrossRegionExportWriter": _EXPORTS,
    "Custom::CrossRegionExportReader": _EXPORTS,
    "Custom::VpcRestrictDefaultSG": {
        "DefaultSecurityGroupId": reference(
            access("the default security group of another VPC is closed, that of the old one open")
        ),
        "Account": always(harmless("it follows the account")),
        "ServiceToken": service_token,
    },
}


def removed_call(change: Change) -> Verdict:
    """Judge an `AwsCustomResource` that is gone: its call for that is made, when it has one."""
    call = _call((change.before or {}).get("Properties", {}).get("Delete"))
    if call is None:
        return unknown("what the resource once set stays as it is, and nothing sets it any more")
    return data_loss(f"the deployment calls {call.get('service')} {call.get('action')}, which takes something away")


_UNKNOWN = "nobody can tell here what the custom resource does"
_CARRIES = ("Custom::CrossRegionExportReader", "Custom::CrossRegionStringParameterReader")
REMOVED: dict[str, Rule] = {
    **each(always(interruption(f"what it made may be deleted with it; {_UNKNOWN}")), _UNNAMED, ANY_CUSTOM),
    "Custom::ModelArtifactCheck": always(
        access("a model whose artifact is missing or another is no longer stopped before it is served")
    ),
    "Custom::AWS": removed_call,
    "Custom::AWSCDKOpenIdConnectProvider": always(interruption("people of the provider no longer sign in")),
    "Custom::CrossRegionExportWriter": always(
        interruption("stacks in other regions that read the values fail to deploy")
    ),
    **each(always(harmless("it only reads")), *_CARRIES),
    "Custom::VpcRestrictDefaultSG": always(
        access("the default security group lets everything through between its members")
    ),
}
ADDED: dict[str, Rule] = {
    **each(always(unknown(_UNKNOWN)), _UNNAMED, ANY_CUSTOM, "Custom::AWS"),
    "Custom::ModelArtifactCheck": always(harmless("a guard more: a model is looked for before it is served")),
    "Custom::AWSCDKOpenIdConnectProvider": always(access("people of another provider can be trusted")),
    "Custom::CrossRegionExportWriter": always(harmless("it carries over values to other regions")),
    **each(always(harmless("it only reads")), *_CARRIES),
    "Custom::VpcRestrictDefaultSG": always(harmless("a guard more: the default security group lets nothing through")),
}
REPLACED: dict[str, Rule] = {
    **each(always(harmless("it only reads")), *_CARRIES),
    **each(
        always(harmless("it is made anew with the same settings")),
        "Custom::ModelArtifactCheck",
        "Custom::VpcRestrictDefaultSG",
        "Custom::CrossRegionExportWriter",
    ),
    **each(
        always(interruption(f"what it made may be deleted and made anew; {_UNKNOWN}")),
        _UNNAMED,
        ANY_CUSTOM,
        "Custom::AWS",
    ),
    "Custom::AWSCDKOpenIdConnectProvider": always(access("people of another provider sign in")),
}
