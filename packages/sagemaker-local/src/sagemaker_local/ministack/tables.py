"""What CloudFormation says of tables and MiniStack ignores: time to live, point-in-time recovery, protection.

Tables of both types, `AWS::DynamoDB::Table` and the `GlobalTable` that the CDK's TableV2 makes, whose replica of this
region is the table. An update of a global table keeps it; MiniStack would put an empty one in its place.
"""

from __future__ import annotations

from typing import Any

from sagemaker_local.ministack.registry import private, replace, scope

_PROVISIONERS = "ministack.services.cloudformation.provisioners"
_DYNAMODB = "ministack.services.dynamodb"
_TABLE, _GLOBAL = "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"
_OF_REPLICAS = ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "Tags")
_ONLY_GLOBAL = (
    "Replicas",
    "MultiRegionConsistency",
    "GlobalTableWitnesses",
    "GlobalTableSourceArn",
    "WarmThroughput",
    "WriteOnDemandThroughputSettings",
    "ReadOnDemandThroughputSettings",
    "WriteProvisionedThroughputSettings",
    "ReadProvisionedThroughputSettings",
)
# The words of DeleteTable.
_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
)

Json = dict[str, Any]


def install() -> None:
    """Put handlers in front of MiniStack's that apply the rest."""
    handlers = private(f"{_PROVISIONERS}:_RESOURCE_HANDLERS")
    table, made_global = handlers[_TABLE], handlers[_GLOBAL]
    delete, settle = table["delete"], private(f"{_PROVISIONERS}:_STACK_TAG_PROPERTY")

    def create(logical_id: str, props: Json, stack_name: str) -> Any:
        made = table["create"](logical_id, props, stack_name)
        return _applied(made, props)

    def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str | None = None) -> Any:
        made = table["update"](physical_id, old, new, stack_name, logical_id=logical_id)
        return _applied(made, new)

    def create_global(logical_id: str, props: Json, stack_name: str) -> Any:
        made = made_global["create"](logical_id, props, stack_name)
        return _applied(made, _as_table(props))

    def update_global(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str | None = None) -> Any:
        return update(physical_id, _as_table(old), _as_table(new), stack_name, logical_id)

    def remove(physical_id: str, props: Json) -> None:
        found = private(f"{_DYNAMODB}:_tables").get(physical_id)
        if found is not None and found.get("DeletionProtectionEnabled"):
            raise ValueError(_PROTECTED)
        delete(physical_id, props)
        for kept in ("_ttl_settings", "_pitr_settings"):
            private(f"{_DYNAMODB}:{kept}").pop(physical_id, None)

    settle[_GLOBAL] = settle[_TABLE]
    handlers[_TABLE] = {**table, "create": create, "update": update, "delete": remove}
    handlers[_GLOBAL] = {
        "create": create_global,
        "update": update_global,
        "update_with_logical_id": True,
        "delete": remove,
    }
    replace(f"{_PROVISIONERS}:_RESOURCE_HANDLERS", handlers)


def _as_table(props: Json) -> Json:
    """A global table as the table that it is in this region."""
    replica: Json = next((each for each in props.get("Replicas", []) if each.get("Region") == scope().region), {})
    settings = {name: replica[name] for name in _OF_REPLICAS if name in replica}
    return {name: value for name, value in props.items() if name not in _ONLY_GLOBAL} | settings


def _applied(made: Any, props: Json) -> Any:
    """Apply to a table that has been made or changed what its properties say."""
    name = made[0]
    lives = props.get("TimeToLiveSpecification") or {}
    if lives.get("AttributeName"):
        _ask("_update_ttl", TableName=name, TimeToLiveSpecification={"Enabled": True, **lives})
    else:
        private(f"{_DYNAMODB}:_ttl_settings").pop(name, None)
    recovery = props.get("PointInTimeRecoverySpecification") or {"PointInTimeRecoveryEnabled": False}
    _ask("_update_continuous_backups", TableName=name, PointInTimeRecoverySpecification=recovery)
    encryption = props.get("SSESpecification") or {}
    specification = {"Enabled": encryption.get("SSEEnabled", False)}
    specification |= {key: encryption[key] for key in ("SSEType", "KMSMasterKeyId") if key in encryption}
    protection = bool(props.get("DeletionProtectionEnabled", False))
    _ask("_update_table", TableName=name, SSESpecification=specification, DeletionProtectionEnabled=protection)
    return made


def _ask(operation: str, **request: Any) -> None:
    status, _, body = private(f"{_DYNAMODB}:{operation}")(request)
    if status >= 400:
        msg = f"DynamoDB refused {request}: {body!r}"
        raise ValueError(msg)
