"""The data plane of Event APIs in front of MiniStack's: its records, IAM and user pools for `sagemaker_local.appsync`.

MiniStack's own takes every user-pool token and every signature of a WebSocket, asks no policy, and runs no handler.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sagemaker_local import settings
from sagemaker_local.appsync.access import Access, Presented
from sagemaker_local.appsync.errors import EventsError, unauthorized
from sagemaker_local.appsync.front import EventsFront
from sagemaker_local.appsync.handlers import Handlers
from sagemaker_local.appsync.identity import Caller
from sagemaker_local.appsync.records import EventApi
from sagemaker_local.ministack import appsync_code, appsync_operations
from sagemaker_local.ministack.registry import private

_EVENTS = "ministack.services.appsync_events"
# AppSync's names for what MiniStack calls as most services do.
_CODES = {
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "RequestTimeTooSkewed": "InvalidSignatureException",
    "CredentialDateMismatch": "InvalidSignatureException",
    "IncompleteSignature": "IncompleteSignatureException",
    "MissingAuthorizationParameter": "IncompleteSignatureException",
    "InvalidToken": "UnrecognizedClientException",
    "InvalidClientTokenId": "UnrecognizedClientException",
}


def install(services: Any) -> EventsFront:
    """Enter operations and resource types; returns the application that stands in front of the services."""
    appsync_code.install()
    appsync_operations.install()
    return EventsFront(services, find, Access(_Authority()), Handlers(appsync_code.evaluate))


def find(api_id: str) -> EventApi | None:
    """An Event API, of whatever account and region."""
    for (account, region, known), record in private(f"{_EVENTS}:_apis").all_items():
        if known == api_id:
            namespaces = private(f"{_EVENTS}:_channel_namespaces").get_scoped(account, region, api_id) or {}
            keys = private(f"{_EVENTS}:_api_keys").get_scoped(account, region, api_id) or {}
            return EventApi(
                api_id=api_id,
                account=account,
                region=region,
                record=record,
                namespaces=namespaces,
                keys={key: int(kept["expires"]) for key, kept in keys.items()},
            )
    return None


class _Authority:
    """MiniStack's IAM and Cognito."""

    @property
    def enforced(self) -> bool:
        """Whether anything is checked."""
        return settings.asks_policies()

    def keys(self, pool_id: str) -> Iterable[dict[str, str]]:
        """Public keys of a user pool."""
        _, _, document = private("ministack.services.cognito:well_known_jwks")(pool_id)
        keys: list[dict[str, str]] = json.loads(document)["keys"]
        return keys

    def principal(self, presented: Presented, api: EventApi, action: str, resource: str) -> Caller:
        """Who signed."""
        key = presented.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        with private("ministack.core.responses:request_scope")(api.account, api.region):
            if self.enforced:
                _authorize(key, presented, api, action, resource)
            known = private("ministack.core.iam_evaluator:resolve_caller_identity")(key)
        if known is None:
            raise unauthorized()
        return Caller(account=known["accountId"], arn=known["userArn"], unique_id=known["userId"])


def _authorize(key: str, presented: Presented, api: EventApi, action: str, resource: str) -> None:
    digest = hashlib.sha256(presented.body).hexdigest()
    if presented.headers.get("x-amz-content-sha256", digest) != digest:
        msg = "The value of x-amz-content-sha256 is not the digest of what was sent."
        raise EventsError("InvalidSignatureException", msg, status=403)
    fields = [(name.encode("latin-1"), value.encode()) for name, value in presented.headers.items()]
    private("ministack.app:pin_signed_request")("POST", presented.path, {}, fields)
    private("ministack.app:pin_signed_body")(presented.body)
    denied = private("ministack.core.iam_evaluator:enforce")(key, action, "appsync", api.region, resource_arn=resource)
    if isinstance(denied, private("ministack.core.iam_evaluator:AuthError")):
        raise EventsError(_CODES.get(denied.code, denied.code), denied.message, status=403)
    if denied is not None:
        # In these words: https://github.com/aws-amplify/amplify-js/issues/5601
        msg = "Permission denied"
        raise unauthorized(msg)
