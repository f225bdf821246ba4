"""What CreateApi and CreateChannelNamespace refuse: rules of the service's description, and what is not here.

Names and patterns are those of botocore's description of AppSync.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sagemaker_local.appsync import code
from sagemaker_local.appsync.errors import Json
from sagemaker_local.appsync.records import MODES, USER_POOL

_API_NAME = re.compile(r"[A-Za-z0-9_\- ]{1,50}")
_NAMESPACE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?")
_CONFIGURED = ("authProviders", "connectionAuthModes", "defaultPublishAuthModes", "defaultSubscribeAuthModes")


def api_complaint(document: Json) -> str | None:
    """What is wrong with the definition of an API."""
    if not _API_NAME.fullmatch(str(document.get("name", ""))):
        return f"the name {document.get('name')!r} must have 1 to 50 letters, digits, spaces, - and _"
    config = document.get("eventConfig")
    if config is None:
        return None
    missing = [name for name in _CONFIGURED if not config.get(name)]
    if missing:
        return f"eventConfig needs {', '.join(missing)}"
    providers = config["authProviders"]
    unknown = {str(provider.get("authType")) for provider in providers} - set(MODES)
    if unknown:
        return f"the emulator has no authorization by {', '.join(sorted(unknown))}, only by {', '.join(MODES)}"
    if any(provider["authType"] == USER_POOL and not _names_pool(provider) for provider in providers):
        return f"{USER_POOL} needs a cognitoConfig with userPoolId and awsRegion"
    offered = {str(provider["authType"]) for provider in providers}
    return next((text for name in _CONFIGURED[1:] if (text := modes_complaint(config[name], offered))), None)


def modes_complaint(modes: Iterable[Json] | None, offered: set[str]) -> str | None:
    """What is wrong with authorization modes of an API with those providers."""
    foreign = sorted({str(mode.get("authType")) for mode in modes or []} - offered)
    return f"{', '.join(foreign)} is not among the authProviders ({', '.join(sorted(offered))})" if foreign else None


def namespace_complaint(document: Json, offered: set[str]) -> str | None:
    """What is wrong with the definition of a namespace, the syntax of its code apart."""
    if "name" in document and not _NAMESPACE_NAME.fullmatch(str(document["name"])):
        return f"the name {document['name']!r} must have 1 to 50 letters, digits and -, which is not first or last"
    if document.get("handlerConfigs"):
        return "the emulator has no data sources of Event APIs: handlerConfigs must be empty"
    for name in ("publishAuthModes", "subscribeAuthModes"):
        if complaint := modes_complaint(document.get(name), offered):
            return complaint
    handlers = document.get("codeHandlers")
    complaint = None if handlers is None else code.complaint(str(handlers))
    return f"The code contains one or more errors: {complaint}" if complaint else None


def _names_pool(provider: Json) -> bool:
    config = provider.get("cognitoConfig") or {}
    return bool(config.get("userPoolId") and config.get("awsRegion"))
