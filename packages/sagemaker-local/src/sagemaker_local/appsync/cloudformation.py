"""AWS::AppSync::Api, ChannelNamespace and the ApiKey of an Event API as CloudFormation resource types.

They call the operations that boto3 calls. `Ref` is the ARN of each. What a change replaces, and the attributes, are
those of the CloudFormation reference.
"""

from __future__ import annotations

from typing import Any, Protocol

from sagemaker_local.appsync.errors import Json

API, NAMESPACE, KEY = "AWS::AppSync::Api", "AWS::AppSync::ChannelNamespace", "AWS::AppSync::ApiKey"
REPLACING: dict[str, tuple[str, ...]] = {API: (), KEY: ("ApiId",), NAMESPACE: ("ApiId", "Name")}
Created = tuple[str, Json]


class Operations(Protocol):
    """The operations; a refusal is a `RuntimeError` with a sentence."""

    def call(self, operation: str, *arguments: Any) -> Json:
        """Call one and return its answer."""

    def tag(self, api_arn: str, tags: dict[str, str]) -> None:
        """Give an API these tags and no others."""

    def change_key(self, api_id: str, key: str, changes: Json) -> None:
        """Change description and expiry of an API key."""


class ApiResource:
    """An Event API."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Created:
        """Create it; returns its ARN and its attributes."""
        api = self._operations.call("CreateApi", _document(properties, API))["api"]
        self._operations.tag(api["apiArn"], _tags(properties))
        return _described(api)

    def update(self, arn: str, _old: Json, new: Json, _stack_name: str) -> Created:
        """Change it in place."""
        api = self._operations.call("UpdateApi", _last(arn), _document(new, API))["api"]
        self._operations.tag(arn, _tags(new))
        return _described(api)

    def delete(self, arn: str, _properties: Json) -> None:
        """Delete it with its namespaces; one that is gone is fine."""
        _unless_gone(self._operations, "DeleteApi", _last(arn))


class NamespaceResource:
    """A channel namespace."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Created:
        """Create it; returns its ARN and its attributes."""
        document = _document(properties, NAMESPACE)
        made = self._operations.call("CreateChannelNamespace", document.pop("apiId", ""), document)["channelNamespace"]
        return made["channelNamespaceArn"], {"ChannelNamespaceArn": made["channelNamespaceArn"]}

    def update(self, arn: str, _old: Json, new: Json, _stack_name: str) -> Created:
        """Change it in place; what a template does not say any more is as if it had never said it."""
        absent: Json = {"codeHandlers": None, "handlerConfigs": None, "publishAuthModes": [], "subscribeAuthModes": []}
        document = {**absent, **_document(new, NAMESPACE)}
        self._operations.call("UpdateChannelNamespace", document.pop("apiId"), document.pop("name"), document)
        return arn, {"ChannelNamespaceArn": arn}

    def delete(self, arn: str, properties: Json) -> None:
        """Delete it; one that is gone is fine."""
        _unless_gone(self._operations, "DeleteChannelNamespace", arn.split("/")[1], str(properties.get("Name", "")))


class KeyResource:
    """An API key of an Event API."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def create(self, _logical_id: str, properties: Json, _stack_name: str) -> Created:
        """Create it; returns its ARN and its attributes."""
        api_id = str(properties["ApiId"])
        key = self._operations.call("CreateApiKey", api_id, _key(properties))["apiKey"]["id"]
        return _described_key(f"{self._operations.call('GetApi', api_id)['api']['apiArn']}/apikeys/{key}")

    def update(self, arn: str, _old: Json, new: Json, _stack_name: str) -> Created:
        """Change it in place."""
        self._operations.change_key(str(new["ApiId"]), _last(arn), _key(new))
        return _described_key(arn)

    def delete(self, arn: str, properties: Json) -> None:
        """Delete it; one that is gone is fine."""
        _unless_gone(self._operations, "DeleteApiKey", str(properties["ApiId"]), _last(arn))


_PROPERTIES = {
    API: {"EventConfig", "Name", "OwnerContact", "Tags"},
    NAMESPACE: {
        "ApiId",
        "CodeHandlers",
        "CodeS3Location",
        "HandlerConfigs",
        "Name",
        "PublishAuthModes",
        "SubscribeAuthModes",
        "Tags",
    },
}


def _document(properties: Json, kind: str) -> Json:
    """The properties as a request."""
    if unknown := sorted(properties.keys() - _PROPERTIES[kind]):
        msg = f"extraneous key [{unknown[0]}] is not permitted (allowed: {', '.join(sorted(_PROPERTIES[kind]))})"
        raise ValueError(msg)
    if "CodeS3Location" in properties:
        msg = "the emulator takes the code of a channel namespace from CodeHandlers, not from CodeS3Location"
        raise ValueError(msg)
    document = {_camel(name): _renamed(value) for name, value in properties.items() if name != "Tags"}
    return {**document, "tags": _tags(properties)} if _tags(properties) else document


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_camel(name): _renamed(inner) for name, inner in value.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _tags(properties: Json) -> dict[str, str]:
    """Tags of the template and the stack, without those that are CloudFormation's own."""
    tags = {str(tag["Key"]): str(tag["Value"]) for tag in properties.get("Tags") or []}
    return {key: value for key, value in tags.items() if not key.startswith("aws:")}


def _described(api: Json) -> Created:
    http, realtime = api["dns"]["HTTP"], api["dns"]["REALTIME"]
    names = {"Dns.Http": http, "Dns.Realtime": realtime, "Dns": {"Http": http, "Realtime": realtime}}
    return api["apiArn"], {"ApiArn": api["apiArn"], "ApiId": api["apiId"], **names}


def _key(properties: Json) -> Json:
    expires = properties.get("Expires")
    return {"description": properties.get("Description", ""), **({"expires": int(expires)} if expires else {})}


def _described_key(arn: str) -> Created:
    return arn, {"ApiKey": _last(arn), "ApiKeyId": _last(arn), "Arn": arn}


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _unless_gone(operations: Operations, operation: str, *arguments: str) -> None:
    try:
        operations.call(operation, *arguments)
    except RuntimeError as error:
        if "NotFoundException" not in str(error):
            raise
