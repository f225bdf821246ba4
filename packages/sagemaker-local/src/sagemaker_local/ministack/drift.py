"""Bringing drifted resources back to their template: what a drift-aware change set does when it is executed.

MiniStack's drift detection tells what was changed behind a stack's back, for the types that it can read; it does not
see the code of functions, which `cdk deploy --hotswap` changes, so that is always put back. An update of a stack goes
past everything that its template leaves as it was: here the resource as it is stands in the place of the old one.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Iterator
from typing import Any

from sagemaker_local.ministack.registry import private, replace

_DRIFT = "ministack.services.cloudformation.drift"
_UPDATE = "ministack.services.cloudformation.stacks:_update_resource"
_FUNCTION, _CODE = "AWS::Lambda::Function", "Code"

Json = dict[str, Any]

# Whether the update under way reverts drift.
_active: contextvars.ContextVar[bool] = contextvars.ContextVar("reverts_drift", default=False)


def install() -> None:
    """Let updates of stacks revert drift, when they are asked to."""
    update = private(_UPDATE)

    def update_resource(resource_type: str, physical_id: str, old: Json, new: Json, *rest: Any, **named: Any) -> Any:
        if _active.get() and old == new:
            old = as_it_is(resource_type, physical_id, new)
        return update(resource_type, physical_id, old, new, *rest, **named)

    replace(_UPDATE, update_resource)


@contextlib.contextmanager
def reverted() -> Iterator[None]:
    """Whatever is updated in this context, or in a task that it starts, is brought back to its template."""
    token = _active.set(True)
    try:
        yield
    finally:
        _active.reset(token)


def changes(resources: dict[str, Json], known: list[Json]) -> list[Json]:
    """The changes of a drift-aware change set that the templates do not show.

    Parameters
    ----------
    resources
        MiniStack's records of the stack's resources, by logical id.
    known
        Changes that the templates show.
    """
    shown = {change["ResourceChange"]["LogicalResourceId"] for change in known}
    return [
        {
            "ResourceChange": {
                "Action": "Modify",
                "LogicalResourceId": logical_id,
                "ResourceType": record["ResourceType"],
                "PhysicalResourceId": record["PhysicalResourceId"],
                "Replacement": "False",
                "Scope": ["Properties"],
                "Details": [],
            }
        }
        for logical_id, record in sorted(resources.items())
        if logical_id not in shown and _differs(record["ResourceType"], record["PhysicalResourceId"], record)
    ]


def as_it_is(resource_type: str, physical_id: str, template: Json) -> Json:
    """The properties of a resource as they are now; the template's where that cannot be read.

    Parameters
    ----------
    resource_type, physical_id
        The resource.
    template
        The properties that its template has.
    """
    found = {name: value for name, value in template.items() if resource_type != _FUNCTION or name != _CODE}
    record = {"Properties": template}
    if _differs(resource_type, physical_id, record):
        found |= json.loads(_detected(resource_type, physical_id, record)["ActualProperties"])
    return found


def _differs(resource_type: str, physical_id: str, record: Json) -> bool:
    return bool(_detected(resource_type, physical_id, record).get("PropertyDifferences"))


def _detected(resource_type: str, physical_id: str, record: Json) -> Json:
    if not private(f"{_DRIFT}:supports_drift")(resource_type):
        return {}
    asked = {**record, "ResourceType": resource_type, "PhysicalResourceId": physical_id}
    found: Json = private(f"{_DRIFT}:detect_resource_drift")({}, "", asked, "")
    return found
