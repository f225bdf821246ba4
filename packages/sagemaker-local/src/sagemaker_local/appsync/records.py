"""An Event API as the data plane sees it, read from the records that CreateApi and CreateChannelNamespace made."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagemaker_local.appsync.errors import Json
from sagemaker_local.appsync.tokens import UserPool

API_KEY, IAM, USER_POOL = "API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS"
MODES = (API_KEY, IAM, USER_POOL)


@dataclass(frozen=True, kw_only=True)
class EventApi:
    """An API with its namespaces and keys.

    Parameters
    ----------
    api_id, account, region
        Which one it is, and where.
    record
        As MiniStack keeps it.
    namespaces
        Records of its namespaces by name.
    keys
        Expiry of its API keys, in seconds since 1970, by key.
    """

    api_id: str
    account: str
    region: str
    record: Json
    namespaces: dict[str, Json] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """Its ARN, the resource of EventConnect."""
        return str(self.record["apiArn"])

    def namespace_arn(self, name: str) -> str:
        """ARN of a namespace, the resource of EventPublish and EventSubscribe."""
        return f"{self.arn}/channelNamespace/{name}"

    @property
    def hosts(self) -> tuple[str, str]:
        """Host names for HTTP and for WebSockets."""
        return self.record["dns"]["HTTP"], self.record["dns"]["REALTIME"]

    @property
    def pools(self) -> list[UserPool]:
        """The user pools that it trusts."""
        configured = [provider.get("cognitoConfig") for provider in self.record["eventConfig"]["authProviders"]]
        return [
            UserPool(pool_id=pool["userPoolId"], region=pool["awsRegion"], client_pattern=pool.get("appIdClientRegex"))
            for pool in configured
            if pool
        ]

    @property
    def connect_modes(self) -> frozenset[str]:
        """Authorization modes of connections."""
        return _modes(self.record["eventConfig"]["connectionAuthModes"])

    def publish_modes(self, namespace: str) -> frozenset[str]:
        """Authorization modes of publishing: those of the namespace, or the API's."""
        own = self.namespaces[namespace].get("publishAuthModes")
        return _modes(own or self.record["eventConfig"]["defaultPublishAuthModes"])

    def subscribe_modes(self, namespace: str) -> frozenset[str]:
        """Authorization modes of subscribing: those of the namespace, or the API's."""
        own = self.namespaces[namespace].get("subscribeAuthModes")
        return _modes(own or self.record["eventConfig"]["defaultSubscribeAuthModes"])

    def code(self, namespace: str) -> str | None:
        """Code of the handlers of a namespace."""
        return self.namespaces[namespace].get("codeHandlers") or None


def _modes(listed: list[Json]) -> frozenset[str]:
    return frozenset(str(mode["authType"]) for mode in listed)
