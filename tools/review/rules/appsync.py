"""AppSync: GraphQL APIs and Event APIs, how their callers are known, what answers them and what is recorded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review.change import (
    Change,
    PropertyRules,
    Rule,
    Verdict,
    access,
    cost,
    harmless,
    interruption,
    unknown,
    worst,
)
from tools.review.members import fields, members
from tools.review.shapes import SAME, always, each_type, number, ordered, present, switch
from tools.review.values import properties

APPSYNC = "AWS::AppSync::"
ANSWERS = interruption("requests are answered by something else, or in another way")
AUTHORISATION = access("who may call is decided in another way")
WEAK = "API_KEY"


def _mode_added(change: Change) -> Verdict:
    if change.after.get("AuthType", change.after.get("AuthenticationType")) == WEAK:
        return access("callers with a key are let in, who do not sign in")
    return access("callers are let in who are known in one more way")


MODES = members(
    "AuthType",
    added=_mode_added,
    removed=interruption("callers who are known in this way are refused"),
    changed=AUTHORISATION,
    unclear=AUTHORISATION,
)


def modes(change: Change) -> Verdict:
    """For the modes of a namespace or an API: without any, those of the API hold."""
    if change.before and not change.after:
        return access("the ways of the API hold instead, by which more may be let in")
    if change.after and not change.before:
        return access("other ways than those of the API hold, by which others may be let in")
    return MODES(change) or SAME


def authentication(change: Change) -> Verdict:
    """The first way in which callers of a GraphQL API are known."""
    if change.after == WEAK:
        return access("callers with a key are let in, who do not sign in")
    return harmless("callers have to sign in, no longer only to have a key") if change.before == WEAK else AUTHORISATION


PROVIDER: Mapping[str, Rule] = {
    "CognitoConfig": always(access("users of another pool, or of other clients, are let in")),
    "UserPoolConfig": fields(
        {
            "DefaultAction": ordered(
                ["ALLOW", "DENY"],
                up=interruption("fields without a rule of their own are refused"),
                down=access("fields without a rule of their own are open to all users"),
            ),
        },
        other=access("users of another pool, or of other clients, are let in"),
    ),
    "OpenIDConnectConfig": always(access("tokens of another issuer or client, or older ones, are accepted")),
    "LambdaAuthorizerConfig": fields(
        {
            "AuthorizerResultTtlInSeconds": number(
                up=access("who has lost the right to call may call for longer"),
                down=harmless("decisions are made more often"),
                default=300,
            )
        },
        other=access("another function decides who may call"),
    ),
}
PROVIDERS = members(
    "AuthType",
    "AuthenticationType",
    added=_mode_added,
    removed=interruption("callers who are known in this way are refused"),
    changed=fields(PROVIDER, other=AUTHORISATION),
    unclear=AUTHORISATION,
)
LEVELS = ("NONE", "ERROR", "INFO", "DEBUG", "ALL")


def _logs(field: str) -> Rule:
    def rule(change: Change) -> Verdict:
        before, after = (value if isinstance(value, dict) else {} for value in (change.before, change.after))
        part = fields(
            {
                field: ordered(
                    LEVELS,
                    up=cost("more is recorded, and paid for"),
                    down=access("less is recorded of what callers do and of errors"),
                    default="NONE",
                ),
                "ExcludeVerboseContent": switch(
                    on=harmless("headers and contents stay out of the logs"),
                    off=access("headers and contents are written to the logs"),
                ),
                "CloudWatchLogsRoleArn": always(harmless("the logs are written with another role")),
            },
            other=access("other things are recorded"),
        )
        if not after and before:
            return access("nothing is recorded any more of what callers do and of errors")
        return part(_with(change, before, after)) or SAME

    return rule


def _with(change: Change, before: Any, after: Any) -> Change:
    return replace(change, before=before, after=after)


EXPIRY = number(
    up=access("the key lets callers in for longer"), down=interruption("callers with the key are refused earlier")
)
ENDS_SOONER = ordered(
    ["ENABLED", "DISABLED"],
    up=harmless("callers cannot ask what the API has"),
    down=access("callers can ask what the API has"),
    default="ENABLED",
)


BOUND = number(
    up=access("larger requests are answered, which can wear out what answers them"),
    down=interruption("larger requests are refused"),
)


def _bound(change: Change) -> Verdict | None:
    """For how large a request may be; 0, or none, for as large as they like."""
    return BOUND(replace(change, before=change.before or math.inf, after=change.after or math.inf))


def _namespace_handlers(change: Change) -> Verdict:
    return worst(
        interruption("events are handled in another way, or not at all"),
        *([access("a check of events may be gone")] if not change.after else []),
    )


def _api_added(change: Change) -> Verdict:
    found = properties(change.head)
    if f'"{WEAK}"' in json.dumps(found):
        return access("a new API that lets in callers with a key, who do not sign in")
    return harmless("a new API, for callers who have signed in")


CODE = always(unknown("the code that answers changes: read it"))
RESOLVER = {
    **dict.fromkeys(("Code", "RequestMappingTemplate", "ResponseMappingTemplate"), CODE),
    **dict.fromkeys(("CodeS3Location", "RequestMappingTemplateS3Location", "ResponseMappingTemplateS3Location"), CODE),
    **dict.fromkeys(("DataSourceName", "SyncConfig"), always(ANSWERS)),
    "Runtime": CODE,
    "MaxBatchSize": always(harmless("only how many calls go together")),
}
EVENTS = "EventConfig"
PROPERTIES: PropertyRules = {
    f"{APPSYNC}Api": {
        f"{EVENTS}.AuthProviders": PROVIDERS,
        f"{EVENTS}.ConnectionAuthModes": MODES,
        f"{EVENTS}.DefaultPublishAuthModes": MODES,
        f"{EVENTS}.DefaultSubscribeAuthModes": MODES,
        f"{EVENTS}.LogConfig": _logs("LogLevel"),
        "Name": always(harmless("only the name changes")),
        "OwnerContact": always(harmless("only a note")),
    },
    f"{APPSYNC}ChannelNamespace": {
        "PublishAuthModes": modes,
        "SubscribeAuthModes": modes,
        "CodeHandlers": present(
            added=unknown("code checks or changes events: read it"),
            removed=access("no code checks events, or who subscribes, any more"),
            changed=access("the code that checks events, and who subscribes, is another one: read it"),
        ),
        "CodeS3Location": always(access("the code that checks events, and who subscribes, is another one: read it")),
        "HandlerConfigs": _namespace_handlers,
    },
    f"{APPSYNC}GraphQLApi": {
        "AuthenticationType": authentication,
        "AdditionalAuthenticationProviders": PROVIDERS,
        **{name: rule for name, rule in PROVIDER.items() if name != "CognitoConfig"},
        "LogConfig": _logs("FieldLogLevel"),
        "XrayEnabled": switch(on=harmless("requests are traced"), off=harmless("traces only show how requests went")),
        "IntrospectionConfig": ENDS_SOONER,
        "QueryDepthLimit": _bound,
        "ResolverCountLimit": _bound,
        "EnvironmentVariables": always(interruption("the code that answers is told other values")),
        "EnhancedMetricsConfig": always(harmless("only what is measured")),
        "MergedApiExecutionRoleArn": always(interruption("the API reads its sources with other permissions")),
        "OwnerContact": always(harmless("only a note")),
        "Visibility": ordered(
            ["GLOBAL", "PRIVATE"],
            up=interruption("callers on the internet no longer reach the API"),
            down=access("the API can be called from the internet"),
            default="GLOBAL",
        ),
        "ApiType": always(ANSWERS),
        "Name": always(harmless("only the name changes")),
    },
    f"{APPSYNC}Type": {name: always(ANSWERS) for name in ("Definition", "Format")},
    f"{APPSYNC}ApiKey": {
        "Expires": EXPIRY,
        "Description": always(harmless("only the description changes")),
    },
    f"{APPSYNC}GraphQLSchema": {
        "Definition": always(interruption("callers of fields that are gone or changed get errors")),
        "DefinitionS3Location": always(interruption("callers of fields that are gone or changed get errors")),
    },
    f"{APPSYNC}Resolver": {
        **RESOLVER,
        "PipelineConfig": always(ANSWERS),
        "Kind": always(ANSWERS),
        "MetricsConfig": always(harmless("only what is measured")),
        "CachingConfig": always(access("callers may be given answers that were kept for others")),
    },
    f"{APPSYNC}FunctionConfiguration": {
        **RESOLVER,
        "FunctionVersion": CODE,
        "Name": always(harmless("only the name changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{APPSYNC}DataSource": {
        **{
            name: always(ANSWERS)
            for name in (
                "Type",
                "DynamoDBConfig",
                "LambdaConfig",
                "HttpConfig",
                "RelationalDatabaseConfig",
                "EventBridgeConfig",
                "ElasticsearchConfig",
                "OpenSearchServiceConfig",
            )
        },
        "ServiceRoleArn": always(interruption("the source is read with other permissions")),
        "MetricsConfig": always(harmless("only what is measured")),
        "Description": always(harmless("only the description changes")),
    },
    f"{APPSYNC}ApiCache": {
        "Type": always(cost("a cache of another size costs more or less each hour")),
        "Ttl": number(up=harmless("answers are kept longer"), down=cost("answers are fetched more often")),
        "ApiCachingBehavior": always(access("callers may be given answers that were kept for others")),
    },
    f"{APPSYNC}DomainName": {"Description": always(harmless("only the description changes"))},
    f"{APPSYNC}DomainNameApiAssociation": {"ApiId": always(interruption("callers of this name reach another API"))},
    f"{APPSYNC}SourceApiAssociation": {
        "SourceApiAssociationConfig": always(interruption("changes of the source are taken over in another way")),
        "Description": always(harmless("only the description changes")),
    },
}
PARTS = "Resolver FunctionConfiguration DataSource GraphQLSchema DomainName DomainNameApiAssociation Type"
PARTS += " SourceApiAssociation"
ADDED: dict[str, Rule] = {
    **each_type(APPSYNC, PARTS, harmless("the API tells who may call it, and answers more than before")),
    **each_type(APPSYNC, "ChannelNamespace", harmless("who may publish and subscribe is what the API tells")),
    **each_type(APPSYNC, "ApiKey", access("one more key lets callers in, who do not sign in")),
    **each_type(APPSYNC, "ApiCache", cost("a cache costs money each hour")),
    f"{APPSYNC}Api": _api_added,
    f"{APPSYNC}GraphQLApi": _api_added,
}
REMOVED: dict[str, Rule] = {
    **each_type(APPSYNC, f"Api GraphQLApi ChannelNamespace ApiKey {PARTS}", interruption("callers of it get errors")),
    **each_type(APPSYNC, "ApiCache", cost("each request reaches its source and is paid for there")),
}
REPLACED: dict[str, Rule] = {
    **each_type(APPSYNC, f"Api GraphQLApi ApiKey {PARTS}", interruption("callers of the old one get errors")),
    **each_type(
        APPSYNC, "ChannelNamespace", interruption("channels get another name; subscribers of the old one hear nothing")
    ),
    **each_type(APPSYNC, "ApiCache", harmless("what was kept is fetched anew")),
}
