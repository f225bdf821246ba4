"""Topics of SNS from stacks: their key, and subscriptions by mail that wait until somebody confirms them."""

from __future__ import annotations

from typing import Any

from sagemaker_local.ministack.registry import private

_HANDLERS = "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS"
_BY_MAIL = ("email", "email-json")

Json = dict[str, Any]


def install() -> None:
    """Put handlers in front of MiniStack's that keep what it ignores."""
    handlers = private(_HANDLERS)
    topic, subscription = handlers["AWS::SNS::Topic"], handlers["AWS::SNS::Subscription"]

    def create(logical_id: str, props: Json, stack_name: str) -> Any:
        made = topic["create"](logical_id, props, stack_name)
        _keep_key(made[0], props)
        return made

    def update(physical_id: str, old: Json, new: Json, stack_name: str, logical_id: str | None = None) -> Any:
        made = topic["update"](physical_id, old, new, stack_name, logical_id=logical_id)
        _keep_key(made[0], new)
        return made

    def subscribe(logical_id: str, props: Json, stack_name: str) -> Any:
        made = subscription["create"](logical_id, props, stack_name)
        if props.get("Protocol") in _BY_MAIL:
            for each in private("ministack.services.sns:_topics")[props["TopicArn"]]["subscriptions"]:
                if each["arn"] == made[0]:
                    each["confirmed"] = False
                    each.setdefault("attributes", {})["PendingConfirmation"] = "true"
        return made

    handlers["AWS::SNS::Topic"] = {**topic, "create": create, "update": update}
    handlers["AWS::SNS::Subscription"] = {**subscription, "create": subscribe}


def _keep_key(arn: str, props: Json) -> None:
    attributes = private("ministack.services.sns:_topics")[arn]["attributes"]
    if props.get("KmsMasterKeyId"):
        attributes["KmsMasterKeyId"] = props["KmsMasterKeyId"]
    else:
        attributes.pop("KmsMasterKeyId", None)
