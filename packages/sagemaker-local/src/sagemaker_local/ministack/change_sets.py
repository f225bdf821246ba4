"""Change sets as CloudFormation has them, where MiniStack's are less: of Outputs alone, imports, drift.

- A change set that changes nothing but Outputs, as the CDK makes it when a second stack begins to use a first, is one.
- An import that is not possible here has failed, with its reason, instead of being complete and never available.
- `DeploymentMode=REVERT_DRIFT` (`cdk deploy --revert-drift`) brings resources back to what the template says.
- A template with types that the emulator lacks is refused in words that say so.
- An update of a template that looks up outputs of other stacks (`Fn::GetStackOutput`) looks them up again, also when
  the template is the same.
"""

from __future__ import annotations

import contextvars
import json
import re
from typing import Any

from sagemaker_local.ministack import drift, requests
from sagemaker_local.ministack.registry import private, replace
from sagemaker_local.ministack.requests import Answer, Handle, Parameters

_REVERT = "REVERT_DRIFT"
_UNKNOWN_TYPES = re.compile(rb"(Unrecognized resource types: \[[^\]<]*\])")
_LACKING = rb"\1. This emulator does not have them; on AWS they may exist"
_WEAK_REFERENCE = '"Fn::GetStackOutput"'
_IMPOSSIBLE = b"Resource import is not supported by this emulator"
_COMPLETE, _FAILED = b"<Status>CREATE_COMPLETE</Status>", b"<Status>FAILED</Status>"

# Whether the change set of the request under way reverts drift.
_reverting: contextvars.ContextVar[bool] = contextvars.ContextVar("reverting", default=False)


class Executable(list[Any]):
    """A list of changes that may be empty and yet is to be executed: MiniStack asks for the truth of the list."""

    def __bool__(self) -> bool:
        return True


def install() -> None:
    """Complete MiniStack's change sets."""
    changesets = "ministack.services.cloudformation.changesets"
    resolve, compare = private(f"{changesets}:_resolve_props_for_diff"), private(f"{changesets}:_diff_resources")

    def resolve_props_for_diff(template: dict[str, Any], *rest: Any) -> dict[str, Any]:
        return {**resolve(template, *rest), "Outputs": (template or {}).get("Outputs", {})}

    def diff_resources(
        old: dict[str, Any], new: dict[str, Any], resources: dict[str, Any] | None = None, *rest: Any
    ) -> list[Any]:
        changes: list[Any] = compare(old, new, resources, *rest)
        if _reverting.get():
            return Executable([*changes, *drift.changes(resources or {}, changes)])
        changed = old.get("Outputs", {}) != new.get("Outputs", {})
        return Executable() if changed and not changes else changes

    replace(f"{changesets}:_resolve_props_for_diff", resolve_props_for_diff)
    replace(f"{changesets}:_diff_resources", diff_resources)
    _look_up_again()
    drift.install()
    drift_aware: set[str] = set()

    async def before(given: Parameters, as_before: Handle) -> Answer:
        if given.get("Action") == "CreateChangeSet":
            return await _create(given, as_before, drift_aware)
        if given.get("Action") == "ExecuteChangeSet" and drift_aware & _names(given):
            with drift.reverted():
                return await as_before()
        return _reworded(*await as_before())

    requests.intercept("cloudformation", before)


def _look_up_again() -> None:
    """Let UpdateStack take a template as before where what it looks up may have changed."""
    name = "ministack.services.cloudformation.handlers:_stack_has_no_updates"
    has_none = private(name)

    def has_no_updates(stack: dict[str, Any], template: dict[str, Any], *rest: Any) -> bool:
        return bool(has_none(stack, template, *rest)) and _WEAK_REFERENCE not in json.dumps(template["Resources"])

    replace(name, has_no_updates)


async def _create(given: Parameters, as_before: Handle, drift_aware: set[str]) -> Answer:
    token = _reverting.set(given.get("DeploymentMode") == _REVERT)
    try:
        status, headers, body = await as_before()
        made = re.search(rb"<Id>([^<]+)</Id>", body)
        if _reverting.get() and made:
            drift_aware |= {made[1].decode(), *_names(given)}
    finally:
        _reverting.reset(token)
    return _reworded(status, headers, body)


def _names(given: Parameters) -> set[str]:
    """What a change set may be called later: its ARN, or its name beside that of its stack."""
    name, stack = given.get("ChangeSetName", ""), given.get("StackName", "")
    return {name if name.startswith("arn:") else f"{stack}/{name}"}


def _reworded(status: int, headers: dict[str, str], body: bytes) -> Answer:
    """The answer with what is the emulator's own said in words, and an impossible import as a failure."""
    if _IMPOSSIBLE in body:
        body = body.replace(_COMPLETE, _FAILED)
    return status, headers, _UNKNOWN_TYPES.sub(_LACKING, body)
