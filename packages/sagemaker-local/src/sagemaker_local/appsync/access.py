"""Who may connect, publish and subscribe: the authorization modes of an API, and what stands behind each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sagemaker_local.appsync import identity, tokens
from sagemaker_local.appsync.errors import Json, unauthorized
from sagemaker_local.appsync.identity import Caller
from sagemaker_local.appsync.records import API_KEY, IAM, USER_POOL, EventApi


@dataclass(frozen=True, kw_only=True)
class Presented:
    """The credentials of a caller: header fields of a request or a message by lower-case name, and what was signed.

    Parameters
    ----------
    headers
        The fields.
    path, body
        Path and body under a signature; the method is POST, over a WebSocket too.
    source
        Address of the client.
    """

    headers: dict[str, str]
    path: str
    body: bytes
    source: str = "127.0.0.1"


class Authority(Protocol):
    """What IAM and Cognito know."""

    @property
    def enforced(self) -> bool:
        """Whether anything is checked."""

    def keys(self, pool_id: str) -> Iterable[dict[str, str]]:
        """Public keys of a user pool; none if there is no such pool."""

    def principal(self, presented: Presented, api: EventApi, action: str, resource: str) -> Caller:
        """Who signed, if the signature is right and the policies allow it; otherwise raises `EventsError`."""


class Access:
    """Authorization of users.

    Parameters
    ----------
    authority
        IAM and Cognito.
    """

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def connect(self, api: EventApi, presented: Presented) -> Json | None:
        """The identity of who connects; raises `EventsError` like the others."""
        return self._identity(api, presented, api.connect_modes, "EventConnect", api.arn)

    def publish(self, api: EventApi, namespace: str, presented: Presented) -> Json | None:
        """The identity of who publishes."""
        modes, resource = api.publish_modes(namespace), api.namespace_arn(namespace)
        return self._identity(api, presented, modes, "EventPublish", resource)

    def subscribe(self, api: EventApi, namespace: str, presented: Presented) -> Json | None:
        """The identity of who subscribes."""
        modes, resource = api.subscribe_modes(namespace), api.namespace_arn(namespace)
        return self._identity(api, presented, modes, "EventSubscribe", resource)

    def _identity(
        self, api: EventApi, presented: Presented, modes: frozenset[str], action: str, resource: str
    ) -> Json | None:
        mode, enforced = mode_of(presented.headers), self._authority.enforced
        if enforced and mode is None:
            message = "Valid authorization header not provided."
            raise unauthorized(message)
        if enforced and mode not in modes:
            raise unauthorized()
        if mode == IAM:
            caller = self._authority.principal(presented, api, f"appsync:{action}", resource)
            return identity.of_principal(caller, presented.source)
        if mode == USER_POOL:
            return identity.of_user_pool(self._claims(api, presented.headers["authorization"]), presented.source)
        if enforced and api.keys.get(presented.headers["x-api-key"], 0) <= time.time():
            raise unauthorized()
        return None

    def _claims(self, api: EventApi, token: str) -> Json:
        if not self._authority.enforced:
            return tokens.claimed(token)
        return tokens.verified(token, api.pools, self._authority.keys, time.time())


def mode_of(headers: dict[str, str]) -> str | None:
    """The authorization mode that these header fields are for."""
    authorization = headers.get("authorization", "")
    if authorization.startswith("AWS4-HMAC-SHA256"):
        return IAM
    if authorization:
        return USER_POOL
    return API_KEY if headers.get("x-api-key") else None
