"""The operations of Event APIs: MiniStack's, with the checks, ids and addresses that it lacks; for stacks too."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

from sagemaker_local.appsync import cloudformation, definitions
from sagemaker_local.appsync.errors import EventsError, Json
from sagemaker_local.json_text import read_json
from sagemaker_local.ministack import appsync_code
from sagemaker_local.ministack.registry import private, replace, scope

_EVENTS = "ministack.services.appsync_events"
_PROVISIONERS = "ministack.services.cloudformation.provisioners"
Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Enter checks and resource types."""
    replace(f"{_EVENTS}:_new_api_id", _new_id)
    replace(f"{_EVENTS}:_default_dns_for_api", _addresses)
    _check_apis()
    _check_namespaces()
    _know_tags()
    _enter_types()


def _new_id() -> str:
    """26 letters and digits, as AppSync's."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def _addresses(api_id: str) -> dict[str, str]:
    region = scope().region
    return {
        "HTTP": f"{api_id}.appsync-api.{region}.amazonaws.com",
        "REALTIME": f"{api_id}.appsync-realtime-api.{region}.amazonaws.com",
    }


def _check_apis() -> None:
    create, update = private(f"{_EVENTS}:_create_api"), private(f"{_EVENTS}:_update_api")

    def create_api(body: bytes) -> Answer:
        if complaint := definitions.api_complaint(_read(body)):
            return _refused(complaint)
        answer: Answer = create(body)
        record = private(f"{_EVENTS}:_apis")[json.loads(answer[2])["api"]["apiId"]]
        private("ministack.services.appsync:_tags")[record["apiArn"]] = record["tags"]  # one for both
        return answer

    def update_api(api_id: str, body: bytes) -> Answer:
        known = private(f"{_EVENTS}:_apis").get(api_id) or {}
        complaint = definitions.api_complaint({"name": known.get("name"), **_read(body)}) if known else None
        return _refused(complaint) if complaint else update(api_id, body)

    replace(f"{_EVENTS}:_create_api", create_api)
    replace(f"{_EVENTS}:_update_api", update_api)


def _check_namespaces() -> None:
    create, update = (private(f"{_EVENTS}:_{what}_channel_namespace") for what in ("create", "update"))

    def create_namespace(api_id: str, body: bytes) -> Answer:
        document = _read(body)
        if (refusal := _namespace_refusal(api_id, document)) is not None:
            return refusal
        answer: Answer = create(api_id, body)
        if answer[0] == 200:
            record = private(f"{_EVENTS}:_channel_namespaces")[api_id][document["name"]]
            # MiniStack copies the API's modes for publishing into both.
            record["publishAuthModes"] = document.get("publishAuthModes") or []
            record["subscribeAuthModes"] = document.get("subscribeAuthModes") or []
            answer = private(f"{_EVENTS}:_get_channel_namespace")(api_id, document["name"])
        return answer

    def update_namespace(api_id: str, name: str, body: bytes) -> Answer:
        refusal = _namespace_refusal(api_id, _read(body))
        return refusal if refusal is not None else update(api_id, name, body)

    replace(f"{_EVENTS}:_create_channel_namespace", create_namespace)
    replace(f"{_EVENTS}:_update_channel_namespace", update_namespace)


def _namespace_refusal(api_id: str, document: Json) -> Answer | None:
    api = private(f"{_EVENTS}:_apis").get(api_id)
    if api is None:
        return None  # MiniStack says so
    offered = {str(provider["authType"]) for provider in api["eventConfig"]["authProviders"]}
    if complaint := definitions.namespace_complaint(document, offered):
        return _refused(complaint)
    try:
        if document.get("codeHandlers"):
            appsync_code.check(document["codeHandlers"])
    except EventsError as error:
        return _refused(str(error.message))
    return None


def _know_tags() -> None:
    """TagResource and the like of Event APIs, which MiniStack says are not there."""
    validate = private("ministack.services.appsync:_validate_tag_resource_arn")

    def validate_arn(arn: str) -> Any:
        known = private(f"{_EVENTS}:_apis").get(arn.rpartition("/")[2]) or {}
        return None if known.get("apiArn") == arn else validate(arn)

    replace("ministack.services.appsync:_validate_tag_resource_arn", validate_arn)


class _Operations:
    """MiniStack's functions as CloudFormation calls them."""

    _NAMES = {  # noqa: RUF012 - never changed
        "CreateApi": "_create_api",
        "GetApi": "_get_api",
        "UpdateApi": "_update_api",
        "DeleteApi": "_delete_api",
        "CreateChannelNamespace": "_create_channel_namespace",
        "UpdateChannelNamespace": "_update_channel_namespace",
        "DeleteChannelNamespace": "_delete_channel_namespace",
        "CreateApiKey": "_create_api_key",
        "DeleteApiKey": "_delete_api_key",
    }

    def call(self, operation: str, *arguments: Any) -> Json:
        """Call an operation, and word a refusal as CloudFormation shows it."""
        given = [json.dumps(argument).encode() if isinstance(argument, dict) else argument for argument in arguments]
        status, headers, body = private(f"{_EVENTS}:{self._NAMES[operation]}")(*given)
        document: Json = json.loads(body or b"{}")
        if status >= 400:
            code = headers.get("x-amzn-errortype", document.get("__type", "BadRequestException"))
            msg = f"{document.get('message')} (Service: AppSync, Status Code: {status}, Error Code: {code})"
            raise RuntimeError(msg)
        return document

    def tag(self, api_arn: str, tags: dict[str, str]) -> None:
        """Change the tags in place, for both tables hold the same."""
        held = private(f"{_EVENTS}:_apis")[api_arn.rpartition("/")[2]]["tags"]
        held.clear()
        held.update(tags)

    def change_key(self, api_id: str, key: str, changes: Json) -> None:
        """Change an API key, for which MiniStack has no operation."""
        private(f"{_EVENTS}:_api_keys")[api_id][key].update(changes)


def _enter_types() -> None:
    handlers, operations = private(f"{_PROVISIONERS}:_RESOURCE_HANDLERS"), _Operations()
    api, namespace = cloudformation.ApiResource(operations), cloudformation.NamespaceResource(operations)
    for name, resource in ((cloudformation.API, api), (cloudformation.NAMESPACE, namespace)):
        handlers[name] = {"create": resource.create, "update": resource.update, "delete": resource.delete}
        private(f"{_PROVISIONERS}:_REPLACING_PROPERTIES")[name] = cloudformation.REPLACING[name]
        private(f"{_PROVISIONERS}:_STACK_TAG_PROPERTY")[name] = ("Tags", "list")
    private(f"{_PROVISIONERS}:_REPLACING_PROPERTIES")[cloudformation.KEY] = cloudformation.REPLACING[cloudformation.KEY]
    _share_keys(handlers[cloudformation.KEY], cloudformation.KeyResource(operations))


def _share_keys(graphql: dict[str, Callable[..., Any]], events: cloudformation.KeyResource) -> None:
    """An API key belongs to an Event API or, as MiniStack knows it, to a GraphQL API."""
    create, update, delete = graphql["create"], graphql["update"], graphql["delete"]

    def is_for_events(properties: Json) -> bool:
        return properties.get("ApiId") in private(f"{_EVENTS}:_apis")

    def create_key(logical_id: str, properties: Json, stack_name: str) -> Any:
        chosen = events.create if is_for_events(properties) else create
        return chosen(logical_id, properties, stack_name)

    def delete_key(physical_id: str, properties: Json) -> None:
        (events.delete if ":apis/" in physical_id else delete)(physical_id, properties)

    def update_key(physical_id: str, old: Json, new: Json, *rest: Any) -> Any:
        if ":apis/" in physical_id:
            return events.update(physical_id, old, new, str(rest[0]))
        return update(physical_id, old, new, *rest)

    graphql.update({"create": create_key, "update": update_key, "delete": delete_key})


def _read(body: bytes) -> Json:
    try:
        document = read_json(body or b"{}")
    except ValueError:
        return {}  # MiniStack refuses it
    return document if isinstance(document, dict) else {}


def _refused(complaint: str) -> Answer:
    code = "BadRequestException"
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return 400, headers, json.dumps({"__type": code, "message": complaint}).encode()
