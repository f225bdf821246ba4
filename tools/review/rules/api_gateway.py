"""REST APIs of API Gateway: methods, authorizers, validation and what is answered. Stages and names stand beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, harmless, interruption
from tools.review.members import members
from tools.review.rules import tls
from tools.review.rules.api_documents import AUTHORISATION, CHECKED, REFUSED, UNCHECKED, binary, body, schema
from tools.review.shapes import SAME, always, each_type, listed, number, present, switch
from tools.review.values import at, properties, resource, target_of

API = "AWS::ApiGateway::"
BACKEND = interruption("requests go to another backend, or reach it in another form")
ANSWERS = interruption("callers get answers in another form, or with another status")
OPEN_METHOD = access("everybody may call, without signing in")
ANSWERED_ALONE = harmless("browsers may ask what is allowed, which is answered without a backend")
PREFLIGHT = interruption("browsers ask for leave without signing in: pages of other sites can no longer call")


def authorization(change: Change) -> Verdict:
    """How callers are known: not at all, or by one of the ways that API Gateway has."""
    before, after = ("NONE" if value is None else value for value in (change.before, change.after))
    if after == "NONE":
        return ANSWERED_ALONE if _is_answered_alone(change.head) else OPEN_METHOD
    if before == "NONE":
        if properties(change.head).get("HttpMethod") == "OPTIONS":
            return PREFLIGHT
        return harmless("callers have to sign in; who does not is refused")
    return replace(AUTHORISATION, also=(interruption("who is known to the API only in the old way is refused"),))


AUTHORIZER = present(
    added=harmless("an authorizer decides who may call"),
    removed=access("no authorizer decides any more who may call"),
    changed=access("another authorizer decides who may call"),
)
SCOPES = listed(
    added=access("tokens with one more scope may call"), removed=interruption("tokens with only that scope are refused")
)


def scopes(change: Change) -> Verdict:
    """Any one of the scopes is enough; without any, every token is."""
    if not change.after:
        return access("tokens of any scope may call")
    if not change.before:
        return harmless("tokens need a scope; those without it are refused")
    return SCOPES(change) or SAME


def cors(change: Change) -> Verdict | None:
    """For an object of header names and values: whether scripts of other sites may read more."""
    sides = [value if isinstance(value, dict) else {} for value in (change.before, change.after)]
    before, after = ({k.lower(): v for k, v in side.items() if "access-control-" in k.lower()} for side in sides)
    if before == after:
        return None
    if any(name not in after for name in before):
        return interruption("scripts of other sites may no longer read answers")
    return access("scripts of other sites may read answers, or others than before")


def _responses(change: Change) -> Verdict:
    sides = [value if isinstance(value, list) else [] for value in (change.before, change.after)]
    headers = [[it.get("ResponseParameters") or {} for it in side if isinstance(it, dict)] for side in sides]
    flat = [{f"{i} {k}": v for i, part in enumerate(side) for k, v in part.items()} for side in headers]
    part = Change(stack="", logical_id="", type="", property="", action="", before=flat[0], after=flat[1])
    return cors(part) or ANSWERS


def _is_answered_alone(method: Any) -> bool:
    """Whether a method only answers the preflight requests of browsers, by itself."""
    found = properties(method)
    return (found.get("HttpMethod"), at(found, "Integration", "Type")) == ("OPTIONS", "MOCK")


def _method_added(change: Change) -> Verdict:
    if _is_answered_alone(change.head):
        return ANSWERED_ALONE
    if str(properties(change.head).get("AuthorizationType", "NONE")) == "NONE":
        return access("one more method that everybody may call, without signing in")
    return harmless("one more method, for callers who have signed in")


def endpoint_types(change: Change) -> Verdict:
    """Private, or open to the internet."""
    before, after = (str(value) for value in (change.before or ["EDGE"], change.after or ["EDGE"]))
    if "PRIVATE" in before and "PRIVATE" not in after:
        return access("the API can be called from the internet, no longer only from its networks")
    if "PRIVATE" in after and "PRIVATE" not in before:
        return interruption("callers on the internet no longer reach the API")
    return interruption("callers are led to the API in another way; names of the other kind no longer fit")


DEFAULT_ENDPOINT = switch(
    on=interruption("callers of the API's own address are refused"),
    off=access("the API answers at its own address as well, past the guards of its other names"),
)
TIMEOUT = number(
    up=harmless("the backend has longer to answer"),
    down=interruption("answers that take longer are cut off"),
    default=29000,
)


def identity_source(change: Change) -> Verdict:
    """Judge where callers say who they are; decisions are kept by it, so with less of it they count for others.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-authorizer.html
    """
    if _sources(change.after) < _sources(change.before):
        return access("decisions are kept by less of the request: callers can get one that was made for others")
    return interruption("callers have to send their token elsewhere in the request")


def _sources(value: Any) -> set[str]:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return {part.strip() for part in text.split(",")}


AUTHORIZER_RULES: Mapping[str, Rule] = {
    "ProviderARNs": listed(
        added=access("users of one more pool may call"), removed=interruption("users of a pool are refused")
    ),
    "AuthorizerUri": always(access("another function decides who may call")),
    "AuthorizerCredentials": always(interruption("the authorizer is called with other permissions")),
    "AuthorizerResultTtlInSeconds": number(
        up=access("who has lost the right to call may call for longer"),
        down=harmless("decisions are made more often"),
        default=300,
    ),
    "IdentitySource": identity_source,
    "IdentityValidationExpression": always(access("tokens of another form are passed on to be judged")),
    "Type": always(AUTHORISATION),
    "AuthType": always(harmless("only a note for exports")),
    "Name": always(harmless("only the name changes")),
}
PROPERTIES: PropertyRules = {
    f"{API}RestApi": {
        "BinaryMediaTypes": binary,
        "MinimumCompressionSize": always(harmless("answers are only compressed from another size on")),
        "DisableExecuteApiEndpoint": DEFAULT_ENDPOINT,
        "EndpointConfiguration.Types": endpoint_types,
        "EndpointConfiguration.VpcEndpointIds": listed(
            added=access("the API can be called through one more endpoint"),
            removed=interruption("callers of an endpoint no longer reach the API"),
        ),
        "EndpointConfiguration.IpAddressType": always(interruption("clients come in by another version of IP")),
        "ApiKeySourceType": always(interruption("callers have to send their key elsewhere")),
        "SecurityPolicy": tls.policy(default="TLS_1_0"),
        "EndpointAccessMode": always(access("how strictly the host name is checked changes")),
        "Body": body,
        "BodyS3Location": always(interruption("the API is described anew")),
        "FailOnWarnings": always(harmless("only whether warnings stop the import")),
        "Mode": always(interruption("an import replaces or adds to what is there")),
        "Parameters": always(interruption("the description of the API is imported in another way")),
        "Name": always(harmless("only the name changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{API}Method": {
        "AuthorizationType": authorization,
        "AuthorizerId": AUTHORIZER,
        "AuthorizationScopes": scopes,
        "ApiKeyRequired": switch(
            on=harmless("callers need a key; who has none is refused"), off=access("callers no longer need a key")
        ),
        "RequestValidatorId": present(added=CHECKED, removed=UNCHECKED, changed=UNCHECKED),
        "RequestModels": present(added=CHECKED, removed=UNCHECKED, changed=REFUSED),
        "RequestParameters": present(
            added=harmless("parameters are known"),
            removed=access("parameters are no longer asked for, or passed on"),
            changed=interruption("other parameters are asked for, or passed on"),
        ),
        "MethodResponses": members(
            "StatusCode",
            added=harmless("one more kind of answer is known"),
            removed=ANSWERS,
            changed=ANSWERS,
            unclear=ANSWERS,
        ),
        "OperationName": always(harmless("only the name changes")),
        "Integration.TimeoutInMillis": TIMEOUT,
        "Integration.IntegrationResponses": _responses,
        "Integration.CacheKeyParameters": always(access("callers may be given answers that were kept for others")),
        "Integration.CacheNamespace": always(harmless("answers that were kept are fetched anew")),
        "Integration.ResponseTransferMode": always(ANSWERS),
        **{
            f"Integration.{name}": always(BACKEND)
            for name in (
                "Uri",
                "Type",
                "IntegrationHttpMethod",
                "Credentials",
                "ConnectionId",
                "ConnectionType",
                "ContentHandling",
                "PassthroughBehavior",
                "RequestParameters",
                "RequestTemplates",
                "IntegrationTarget",
            )
        },
    },
    f"{API}Authorizer": AUTHORIZER_RULES,
    f"{API}RequestValidator": {
        "ValidateRequestBody": switch(on=CHECKED, off=UNCHECKED),
        "ValidateRequestParameters": switch(on=CHECKED, off=UNCHECKED),
    },
    f"{API}Model": {"Schema": schema},
    f"{API}GatewayResponse": {
        "StatusCode": always(interruption("callers see another status for this error")),
        "ResponseTemplates": always(harmless("callers only see another text for this error")),
        "ResponseParameters": lambda change: cors(change) or _lost_header(change),
    },
    f"{API}Account": {
        "CloudWatchRoleArn": present(
            added=harmless("APIs of this account may write logs"),
            removed=access("no API of this account writes logs any more"),
            changed=access("APIs of this account write logs with another role, which has to be allowed to"),
        )
    },
    f"{API}DocumentationPart": {"Properties": always(harmless("only the documentation changes"))},
}
GUARDING_HEADERS = ("strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options")


def _lost_header(change: Change) -> Verdict:
    sides = [value if isinstance(value, dict) else {} for value in (change.before, change.after)]
    names = [{name.lower() for name in side} for side in sides]
    if any(name.endswith(guard) for name in names[0] - names[1] for guard in GUARDING_HEADERS):
        return access("errors lose a header that protects browsers")
    return harmless("errors only carry other headers, none of which protects anybody")


DESIGN = harmless("each change of methods makes a new deployment, which the stage names; nothing else happens by it")
ADDED: dict[str, Rule] = {
    **each_type(
        API, "RestApi Resource", harmless("nothing can be called until a method is there, which is looked at by itself")
    ),
    **each_type(API, "Authorizer RequestValidator Model", harmless("decides on nothing until a method names it")),
    **each_type(
        API, "DocumentationPart DocumentationVersion ClientCertificate", harmless("changes nothing for callers")
    ),
    **each_type(API, "GatewayResponse", harmless("callers only see another form of this error")),
    **each_type(API, "Account", harmless("APIs of this account may write logs")),
    **each_type(API, "Deployment", DESIGN),
    f"{API}Method": _method_added,
}
SERVES = interruption("callers of it get errors")


def _unless_api_goes(verdict: Verdict) -> Rule:
    """For what serves one API: nothing more is said of it where that API goes as well."""

    def rule(change: Change) -> Verdict:
        api = target_of(at(change.base, "Properties", "RestApiId"))
        if resource(change.base_template, api) and not resource(change.head_template, api):
            return harmless("its API goes as well, which is told there")
        return verdict

    return rule


REMOVED: dict[str, Rule] = {
    **each_type(API, "RestApi Resource Method", SERVES),
    f"{API}Authorizer": _unless_api_goes(access("no longer decides who may call")),
    f"{API}RequestValidator": _unless_api_goes(UNCHECKED),
    f"{API}Model": _unless_api_goes(UNCHECKED),
    f"{API}GatewayResponse": _unless_api_goes(
        interruption("callers see this error as API Gateway words it, and scripts may not read it")
    ),
    **each_type(API, "DocumentationPart DocumentationVersion", harmless("only described the API")),
    **each_type(API, "ClientCertificate", access("backends no longer know that API Gateway calls")),
    **each_type(API, "Account", access("APIs of this account may no longer write logs")),
    **each_type(API, "Deployment", DESIGN),
}
REPLACED: dict[str, Rule] = {
    **each_type(API, "RestApi", interruption("the API gets a new address; callers of the old one get errors")),
    **each_type(
        API, "Resource Method", interruption("the path or method is another one; callers of the old one get errors")
    ),
    **each_type(API, "Authorizer", AUTHORISATION),
    **each_type(API, "RequestValidator Model", access("a new one checks, where it is named")),
    **each_type(API, "DocumentationPart DocumentationVersion", harmless("only describes the API")),
    **each_type(API, "ClientCertificate", access("backends no longer know that API Gateway calls")),
    **each_type(API, "GatewayResponse", interruption("callers see another error in another form")),
    **each_type(API, "Deployment", DESIGN),
}
