"""HTTP and WebSocket APIs of API Gateway: routes, authorizers, integrations and CORS."""

from __future__ import annotations

from collections.abc import Mapping

from tools.review.change import Change, PropertyRules, Rule, Verdict, access, harmless, interruption
from tools.review.cors import EXPOSED, HEADERS, METHODS, ORIGINS
from tools.review.rules.api_documents import CHECKED, UNCHECKED, body, schema
from tools.review.rules.api_gateway import (
    ANSWERS,
    AUTHORIZER,
    AUTHORIZER_RULES,
    BACKEND,
    DEFAULT_ENDPOINT,
    TIMEOUT,
    authorization,
    scopes,
)
from tools.review.shapes import always, each_type, listed, present, switch, under
from tools.review.values import properties

API = "AWS::ApiGatewayV2::"
CORS: Mapping[str, Rule] = {
    "AllowOrigins": ORIGINS,
    "AllowMethods": METHODS,
    "AllowHeaders": HEADERS,
    "ExposeHeaders": EXPOSED,
    "AllowCredentials": switch(
        on=access("scripts of other sites may ask with the caller's cookies"),
        off=interruption("scripts of other sites may no longer ask with the caller's cookies"),
    ),
    "MaxAge": always(harmless("browsers only ask more or less often")),
}


SHARED = ("AuthorizerUri", "AuthorizerResultTtlInSeconds", "IdentitySource", "IdentityValidationExpression", "Name")
"""What authorizers of both kinds of API have."""


def _route_added(change: Change) -> Verdict:
    found = properties(change.head)
    if str(found.get("AuthorizationType", "NONE")) == "NONE" and found.get("RouteKey") != "$disconnect":
        return access("one more route that everybody may call, without signing in")
    return harmless("one more route, for callers who have signed in")


PROPERTIES: PropertyRules = {
    f"{API}Api": {
        "CorsConfiguration": present(
            added=access("scripts of other sites may read answers"),
            removed=interruption("scripts of other sites may no longer read answers"),
        ),
        **under("CorsConfiguration", CORS),
        "DisableExecuteApiEndpoint": DEFAULT_ENDPOINT,
        "DisableSchemaValidation": switch(on=UNCHECKED, off=CHECKED),
        "Body": body,
        "BodyS3Location": always(interruption("the API is described anew")),
        "RouteSelectionExpression": always(interruption("messages go to other routes")),
        "ApiKeySelectionExpression": always(interruption("callers have to send their key elsewhere")),
        "Target": always(BACKEND),
        "RouteKey": always(BACKEND),
        "CredentialsArn": always(BACKEND),
        "BasePath": always(interruption("the API is at another path")),
        "IpAddressType": always(interruption("clients come in by another version of IP")),
        "Version": always(harmless("only a note")),
        "FailOnWarnings": always(harmless("only whether warnings stop the import")),
        "Name": always(harmless("only the name changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{API}Route": {
        "AuthorizationType": authorization,
        "AuthorizerId": AUTHORIZER,
        "AuthorizationScopes": scopes,
        "ApiKeyRequired": switch(
            on=harmless("callers need a key; who has none is refused"), off=access("callers no longer need a key")
        ),
        "Target": always(BACKEND),
        "RouteKey": always(interruption("callers of the old path or method get errors")),
        "RequestModels": present(added=CHECKED, removed=UNCHECKED, changed=UNCHECKED),
        "RequestParameters": always(UNCHECKED),
        "ModelSelectionExpression": always(UNCHECKED),
        "RouteResponseSelectionExpression": always(ANSWERS),
        "OperationName": always(harmless("only the name changes")),
    },
    f"{API}Integration": {
        "TimeoutInMillis": TIMEOUT,
        "TlsConfig": always(access("the backend's certificate is checked against another name, or none")),
        "ResponseParameters": always(ANSWERS),
        "Description": always(harmless("only the description changes")),
        **{
            name: always(BACKEND)
            for name in (
                "IntegrationUri",
                "IntegrationType",
                "IntegrationMethod",
                "IntegrationSubtype",
                "ConnectionId",
                "ConnectionType",
                "CredentialsArn",
                "PayloadFormatVersion",
                "RequestParameters",
                "RequestTemplates",
                "PassthroughBehavior",
                "TemplateSelectionExpression",
                "ContentHandlingStrategy",
            )
        },
    },
    f"{API}IntegrationResponse": {
        name: always(ANSWERS)
        for name in ("ResponseTemplates", "ResponseParameters", "IntegrationResponseKey", "ContentHandlingStrategy")
    },
    f"{API}RouteResponse": {
        name: always(ANSWERS) for name in ("RouteResponseKey", "ResponseParameters", "ResponseModels")
    },
    f"{API}Authorizer": {
        **{name: AUTHORIZER_RULES[name] for name in SHARED},
        "AuthorizerType": AUTHORIZER_RULES["Type"],
        "AuthorizerCredentialsArn": AUTHORIZER_RULES["AuthorizerCredentials"],
        "AuthorizerPayloadFormatVersion": always(interruption("the authorizer is asked in another form")),
        "EnableSimpleResponses": always(interruption("the authorizer has to answer in another form")),
        "JwtConfiguration.Issuer": always(access("tokens of another issuer are accepted")),
        "JwtConfiguration.Audience": listed(
            added=access("tokens for one more application are accepted"),
            removed=interruption("tokens for an application are refused"),
        ),
    },
    f"{API}Model": {
        "Schema": schema,
        "ContentType": always(UNCHECKED),
        "Name": always(harmless("only the name changes")),
        "Description": always(harmless("only the description changes")),
    },
    f"{API}ApiGatewayManagedOverrides": {
        "Integration": always(BACKEND),
        "Route": always(access("who may call is decided in another way")),
        "Stage": always(access("limits, logs or metrics of the stage change")),
    },
}
UNUSED = harmless("nothing is called until a route names it")
AWAY = interruption("callers get errors until the new one is there")
ADDED: dict[str, Rule] = {
    **each_type(API, "Api Integration IntegrationResponse RouteResponse Model Authorizer", UNUSED),
    **each_type(API, "ApiGatewayManagedOverrides", access("settings of the API's own route and stage change")),
    f"{API}Route": _route_added,
}
REMOVED: dict[str, Rule] = {
    **each_type(
        API, "Api Route Integration IntegrationResponse RouteResponse", interruption("callers of it get errors")
    ),
    **each_type(API, "Authorizer", access("no longer decides who may call")),
    **each_type(API, "Model", UNCHECKED),
    **each_type(API, "ApiGatewayManagedOverrides", access("settings of the API's own route and stage fall back")),
}
REPLACED: dict[str, Rule] = {
    **each_type(API, "Api", interruption("the API gets a new address; callers of the old one get errors")),
    **each_type(API, "Route Integration IntegrationResponse RouteResponse", AWAY),
    **each_type(API, "Authorizer ApiGatewayManagedOverrides", access("who may call is decided in another way")),
    **each_type(API, "Model", UNCHECKED),
}
