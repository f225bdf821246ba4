"""Stages, keys, plans and names of API Gateway, of REST APIs and of HTTP and WebSocket APIs alike."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, cost, harmless, interruption
from tools.review.members import fields, members
from tools.review.rules import tls
from tools.review.shapes import always, each_type, listed, number, ordered, present, switch

REST = "AWS::ApiGateway::"
HTTP = "AWS::ApiGatewayV2::"
LOGS = present(
    added=harmless("requests are recorded"),
    removed=access("requests are no longer recorded"),
)
_SHOWN = re.compile(r"\$context\.([A-Za-z0-9_.-]+)")
_WHO = re.compile(r"identity|authorizer|ip$|requestid|status|path|resource|httpmethod|routekey", re.IGNORECASE)
_SECRET = re.compile(r"apikey$", re.IGNORECASE)


def log_format(change: Change) -> Verdict:
    """Judge what a record of a request shows: who called what with which answer, and keys that let others in.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
    """
    before, after = (set(_SHOWN.findall(json.dumps(value))) for value in (change.before, change.after))
    if any(map(_SECRET.search, after - before)):
        return access("keys of callers are written to the logs, for everybody who can read them")
    if fewer := sorted(filter(_WHO.search, before - after)):
        return access(f"requests are recorded without {', '.join(fewer)}")
    return harmless("records only look different")


THROTTLE = number(
    up=cost("more requests reach the backend in the same time, and each is paid for"),
    down=interruption("callers are refused that were not before, when more of them come at once"),
    default=math.inf,
)


def limit(change: Change) -> Verdict | None:
    """For a rate or a burst; 0 refuses everybody, and an absent one leaves what the account grants."""
    if change.after is None:
        return access("nothing of this API limits any more how many requests come at once")
    if change.before is None:
        return interruption("callers are refused when more of them come at once")
    return THROTTLE(change)


METHOD_SETTING: Mapping[str, Rule] = {
    "ThrottlingRateLimit": limit,
    "ThrottlingBurstLimit": limit,
    "LoggingLevel": ordered(
        ["OFF", "ERROR", "INFO"],
        up=cost("more is recorded of how requests are answered, and paid for"),
        down=access("less is recorded of how requests are answered"),
        default="OFF",
    ),
    "DataTraceEnabled": switch(
        on=access("whole requests and answers are written to the logs, with what is secret in them"),
        off=harmless("whole requests and answers stay out of the logs"),
    ),
    "MetricsEnabled": switch(
        on=harmless("methods are measured"), off=access("methods are no longer measured, and alarms on them are blind")
    ),
    "DetailedMetricsEnabled": switch(
        on=harmless("routes are measured"), off=access("routes are no longer measured, and alarms on them are blind")
    ),
    "CachingEnabled": switch(
        on=access("callers may be given answers that were kept for others"),
        off=cost("each request reaches the backend and is paid for there"),
    ),
    "CacheDataEncrypted": switch(on=harmless("what is kept is encrypted"), off=access("what is kept is not encrypted")),
    "CacheTtlInSeconds": number(
        up=harmless("answers are kept longer"), down=cost("answers are fetched more often"), default=300
    ),
}
OTHER = access("settings of methods change")


def _whole(change: Change) -> Verdict:
    """For settings of a path that are there on one side only: as if each of them were added or removed."""
    return fields(METHOD_SETTING, other=OTHER)(_objects(change)) or OTHER


def _objects(change: Change) -> Change:
    place = ("ResourcePath", "HttpMethod")
    sides = [
        {name: setting for name, setting in value.items() if name not in place} if isinstance(value, dict) else {}
        for value in (change.before, change.after)
    ]
    return replace(change, before=sides[0], after=sides[1])


SETTINGS = members(
    "ResourcePath",
    "HttpMethod",
    added=_whole,
    removed=_whole,
    changed=fields(METHOD_SETTING, other=OTHER),
)
KEYS = listed(
    added=access("the key is good for one more stage"), removed=interruption("the key is no longer good for a stage")
)
LIMITS: Mapping[str, Rule] = {
    "Throttle": present(
        added=interruption("callers of the plan are refused when more of them come at once"),
        removed=access("nothing limits any more how many requests of the plan come at once"),
    ),
    "Throttle.RateLimit": limit,
    "Throttle.BurstLimit": limit,
    "Quota": present(
        added=interruption("callers of the plan are refused when they have used it up"),
        removed=access("nothing limits any more how much callers of the plan use"),
    ),
    "Quota.Limit": THROTTLE,
    "Quota.Period": ordered(
        ["DAY", "WEEK", "MONTH"],
        up=interruption("the same number of requests has to last longer"),
        down=cost("the same number of requests is granted more often"),
    ),
    "Quota.Offset": always(interruption("fewer requests are granted in the first period")),
}
CACHE = {
    "CacheClusterEnabled": switch(
        on=cost("a cache costs money each hour"), off=cost("each request reaches the backend and is paid for there")
    ),
    "CacheClusterSize": number(
        up=cost("a larger cache costs more each hour"), down=harmless("a smaller cache keeps less, and costs less")
    ),
}
MTLS = present(
    added=harmless("callers have to show a certificate"),
    removed=access("callers no longer have to show a certificate"),
    changed=access("other certificates of callers are accepted"),
)
CERTIFICATE = interruption("callers are shown another certificate, which has to cover the name")
ELSEWHERE = interruption("callers of this name reach something else")
PROPERTIES: PropertyRules = {
    f"{REST}Stage": {
        "DeploymentId": always(harmless("the stage serves the newest deployment, as with each change of methods")),
        "MethodSettings": SETTINGS,
        "AccessLogSetting": LOGS,
        "AccessLogSetting.DestinationArn": always(access("requests are recorded elsewhere")),
        "AccessLogSetting.Format": log_format,
        "TracingEnabled": switch(
            on=harmless("requests are traced"), off=harmless("traces only show how requests went")
        ),
        "ClientCertificateId": present(
            added=harmless("backends know that API Gateway calls"),
            removed=access("backends no longer know that API Gateway calls"),
            changed=interruption("backends have to know another certificate"),
        ),
        "Variables": present(
            added=harmless("no method used a variable of the stage so far"),
            removed=interruption("what methods call may be something else"),
            changed=interruption("what methods call may be something else"),
        ),
        "CanarySetting": always(interruption("some requests are answered by another deployment, or no longer")),
        "DocumentationVersion": always(harmless("only the documentation changes")),
        "Description": always(harmless("only the description changes")),
        **CACHE,
    },
    f"{REST}Deployment": {
        "Description": always(harmless("only the description changes")),
        "StageName": always(interruption("the deployment goes to another stage")),
        "StageDescription": always(access("settings of the stage change")),
    },
    f"{REST}UsagePlan": {
        **LIMITS,
        "ApiStages": members(
            "ApiId",
            "Stage",
            added=access("keys of the plan are good for one more stage"),
            removed=interruption("keys of the plan are no longer good for a stage"),
            changed=cost("limits of single methods change"),
        ),
        "UsagePlanName": always(harmless("only the name changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{REST}ApiKey": {
        "Enabled": switch(on=access("the key lets callers in"), off=interruption("callers with this key are refused")),
        "StageKeys": KEYS,
        "CustomerId": always(harmless("only a note")),
        "Description": always(harmless("only the description changes")),
    },
    f"{REST}DomainName": {
        "SecurityPolicy": tls.policy(default="TLS_1_2"),
        "MutualTlsAuthentication": MTLS,
        "CertificateArn": always(CERTIFICATE),
        "RegionalCertificateArn": always(CERTIFICATE),
        "OwnershipVerificationCertificateArn": always(harmless("only proves who owns the name")),
        "EndpointConfiguration": always(
            interruption("the name leads to another kind of endpoint, with another address")
        ),
        "EndpointAccessMode": always(access("how strictly the host name is checked changes")),
        "RoutingMode": always(ELSEWHERE),
    },
    f"{REST}BasePathMapping": {"RestApiId": always(ELSEWHERE), "Stage": always(ELSEWHERE), "Id": always(ELSEWHERE)},
    f"{REST}BasePathMappingV2": {"RestApiId": always(ELSEWHERE), "Stage": always(ELSEWHERE)},
    f"{REST}VpcLink": {"TargetArns": always(interruption("methods behind the link reach another load balancer"))},
    f"{HTTP}Stage": {
        "DeploymentId": always(harmless("the stage serves the newest deployment, as with each change of routes")),
        "AutoDeploy": switch(
            on=harmless("changes of routes are served at once"),
            off=interruption("changes of routes are served only when somebody deploys them"),
        ),
        "AccessLogSettings": LOGS,
        "AccessLogSettings.DestinationArn": always(access("requests are recorded elsewhere")),
        "AccessLogSettings.Format": log_format,
        "DefaultRouteSettings": _whole,
        "RouteSettings": always(access("limits, logs or metrics of single routes change")),
        "StageVariables": always(interruption("what routes call may be something else")),
        "ClientCertificateId": always(interruption("backends have to know another certificate, or none")),
        "AccessPolicyId": always(access("who may call is decided in another way")),
        "Description": always(harmless("only the description changes")),
    },
    f"{HTTP}DomainName": {
        "MutualTlsAuthentication": MTLS,
        "DomainNameConfigurations": members(
            "EndpointType",
            added=harmless("the name leads to one more kind of endpoint"),
            removed=interruption("the name no longer leads to this kind of endpoint"),
            changed=fields(
                {
                    "SecurityPolicy": tls.policy(default="TLS_1_2"),
                    "OwnershipVerificationCertificateArn": always(harmless("only proves who owns the name")),
                    "CertificateName": always(harmless("only the name changes")),
                },
                other=CERTIFICATE,
            ),
            unclear=CERTIFICATE,
        ),
        "RoutingMode": always(ELSEWHERE),
    },
    f"{HTTP}ApiMapping": {"ApiId": always(ELSEWHERE), "Stage": always(ELSEWHERE), "ApiMappingKey": always(ELSEWHERE)},
    f"{HTTP}RoutingRule": {name: always(ELSEWHERE) for name in ("Priority", "Conditions", "Actions")},
    f"{HTTP}VpcLink": {"Name": always(harmless("only the name changes"))},
}
UNUSED = harmless("nothing is called by it until a method or key names it")
REFUSED = interruption("callers with these keys are refused")
ADDED: dict[str, Rule] = {
    **each_type(REST, "Stage DomainName", harmless("its methods tell who may call, and are looked at by themselves")),
    **each_type(
        HTTP, "Stage DomainName Deployment", harmless("its routes tell who may call, and are looked at by themselves")
    ),
    **each_type(REST, "BasePathMapping BasePathMappingV2", access("the API answers to one more name")),
    **each_type(HTTP, "ApiMapping RoutingRule", access("the API answers to one more name")),
    **each_type(REST, "ApiKey UsagePlanKey", access("one more key lets callers in")),
    **each_type(REST, "UsagePlan VpcLink DomainNameAccessAssociation", UNUSED),
    **each_type(HTTP, "VpcLink", harmless("nothing is called by it until a route names it")),
    **each_type(REST, "DomainNameV2", harmless("its policy tells who may call")),
}
_SERVES = interruption("callers of it get errors")
REMOVED: dict[str, Rule] = {
    **each_type(REST, "Stage DomainName DomainNameV2 BasePathMapping BasePathMappingV2 VpcLink", _SERVES),
    **each_type(REST, "ApiKey UsagePlan UsagePlanKey DomainNameAccessAssociation", REFUSED),
    **each_type(HTTP, "Stage DomainName ApiMapping RoutingRule VpcLink", _SERVES),
    **each_type(HTTP, "Deployment", harmless("each change of routes makes a new deployment, which the stage names")),
}
REPLACED: dict[str, Rule] = {
    **each_type(
        REST, "Stage", interruption("the stage's name is part of the address; callers of the old one get errors")
    ),
    **each_type(
        HTTP, "Stage", interruption("the stage's name is part of the address; callers of the old one get errors")
    ),
    **each_type(REST, "DomainName DomainNameV2 BasePathMapping BasePathMappingV2 VpcLink UsagePlan", _SERVES),
    **each_type(
        REST, "ApiKey UsagePlanKey DomainNameAccessAssociation", interruption("callers with the old key are refused")
    ),
    **each_type(HTTP, "DomainName ApiMapping RoutingRule VpcLink", _SERVES),
    **each_type(HTTP, "Deployment", harmless("each change of routes makes a new deployment, which the stage names")),
}
