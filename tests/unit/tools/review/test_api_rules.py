"""API Gateway and AppSync: who may call, what is accepted, what is recorded."""

from typing import Any

from tests.support.review_rules import each_row, judge, resource, whole_said

REST = "AWS::ApiGateway::"
HTTP = "AWS::ApiGatewayV2::"
SYNC = "AWS::AppSync::"


def setting(**more: Any) -> dict[str, Any]:
    return {"ResourcePath": "/*", "HttpMethod": "*", **more}


@each_row(
    [
        (f"{REST}Method", "AuthorizationType", "COGNITO_USER_POOLS", "NONE", "access"),
        (f"{REST}Method", "AuthorizationType", "NONE", "COGNITO_USER_POOLS", "harmless"),
        (f"{REST}Method", "AuthorizationType", "AWS_IAM", "CUSTOM", "access"),
        (f"{REST}Method", "AuthorizerId", {"Ref": "A"}, None, "access"),
        (f"{REST}Method", "AuthorizerId", None, {"Ref": "A"}, "harmless"),
        (f"{REST}Method", "ApiKeyRequired", True, None, "access"),
        (f"{REST}Method", "ApiKeyRequired", None, True, "harmless"),
        (f"{REST}Method", "ApiKeyRequired", None, False, "harmless"),
        (f"{REST}Method", "AuthorizationScopes", ["a"], None, "access"),
        (f"{REST}Method", "AuthorizationScopes", ["a", "b"], ["b"], "interruption"),
        (f"{REST}Method", "RequestValidatorId", {"Ref": "V"}, None, "access"),
        (f"{REST}Method", "RequestModels", None, {"application/json": {"Ref": "M"}}, "harmless"),
        (f"{REST}Method", "Integration.Uri", "a", "b", "interruption"),
        (f"{REST}Method", "Integration.TimeoutInMillis", 29000, 1000, "interruption"),
        (f"{REST}Method", "Integration.TimeoutInMillis", 1000, None, "harmless"),
        (f"{REST}RestApi", "EndpointConfiguration.Types", ["PRIVATE"], ["REGIONAL"], "access"),
        (f"{REST}RestApi", "EndpointConfiguration.Types", ["REGIONAL"], ["PRIVATE"], "interruption"),
        (f"{REST}RestApi", "DisableExecuteApiEndpoint", None, True, "interruption"),
        (f"{REST}RestApi", "DisableExecuteApiEndpoint", True, False, "access"),
        (f"{REST}Authorizer", "AuthorizerResultTtlInSeconds", 0, 3600, "access"),
        (f"{REST}Authorizer", "AuthorizerResultTtlInSeconds", 300, 0, "harmless"),
        (f"{REST}Authorizer", "ProviderARNs", ["a"], ["a", "b"], "access"),
        (f"{REST}Authorizer", "IdentitySource", "a", "b", "interruption"),
        (f"{REST}Authorizer", "IdentitySource", "a, b", "b", "access"),
        (f"{REST}Authorizer", "IdentitySource", "b", "a, b", "interruption"),
        (f"{HTTP}Authorizer", "IdentitySource", ["a", "b"], ["a"], "access"),
        (f"{REST}RequestValidator", "ValidateRequestBody", True, False, "access"),
        (f"{REST}RequestValidator", "ValidateRequestBody", False, True, "harmless"),
        (f"{REST}Stage", "DeploymentId", {"Ref": "A"}, {"Ref": "B"}, "harmless"),
        (f"{REST}Stage", "AccessLogSetting", {"DestinationArn": "a"}, None, "access"),
        (f"{REST}Stage", "AccessLogSetting.Format", "$context.identity.sourceIp", "$context.requestId", "access"),
        (
            f"{REST}Stage",
            "AccessLogSetting.Format",
            "$context.status",
            "{$context.status $context.protocol}",
            "harmless",
        ),
        (f"{HTTP}Stage", "AccessLogSettings.Format", "-", "$context.identity.apiKey", "access"),
        (f"{REST}Stage", "MethodSettings", [setting(LoggingLevel="INFO")], [setting(LoggingLevel="OFF")], "access"),
        (f"{REST}Stage", "MethodSettings", [setting(LoggingLevel="OFF")], [setting(LoggingLevel="INFO")], "cost"),
        (f"{REST}Stage", "MethodSettings", [setting()], [setting(DataTraceEnabled=True)], "access"),
        (f"{REST}Stage", "MethodSettings", [setting(DataTraceEnabled=True)], [setting()], "harmless"),
        (f"{REST}Stage", "MethodSettings", [setting(MetricsEnabled=True)], None, "access"),
        (
            f"{REST}Stage",
            "MethodSettings",
            [setting(ThrottlingRateLimit=50)],
            [setting(ThrottlingRateLimit=0)],
            "interruption",
        ),
        (
            f"{REST}Stage",
            "MethodSettings",
            [setting(ThrottlingRateLimit=50)],
            [setting(ThrottlingRateLimit=90)],
            "cost",
        ),
        (f"{REST}Stage", "MethodSettings", [setting(ThrottlingRateLimit=50)], [setting()], "access"),
        (f"{REST}Stage", "CacheClusterEnabled", False, True, "cost"),
        (f"{REST}Stage", "TracingEnabled", True, False, "harmless"),
        (f"{REST}UsagePlan", "Quota", {"Limit": 5}, None, "access"),
        (f"{REST}ApiKey", "Enabled", True, False, "interruption"),
        (f"{REST}DomainName", "SecurityPolicy", "TLS_1_2", "TLS_1_0", "access"),
        (f"{REST}DomainName", "SecurityPolicy", "TLS_1_0", "TLS_1_2", "harmless"),
        (f"{REST}DomainName", "SecurityPolicy", "TLS_1_2", "SecurityPolicy_TLS13_1_3_2025_09", "harmless"),
        (f"{REST}DomainName", "MutualTlsAuthentication", {"TruststoreUri": "s3://a"}, None, "access"),
        (f"{REST}GatewayResponse", "ResponseTemplates", {"a": "b"}, {"a": "c"}, "harmless"),
        (f"{REST}GatewayResponse", "StatusCode", "429", "503", "interruption"),
        (f"{REST}Account", "CloudWatchRoleArn", {"Ref": "R"}, None, "access"),
        (f"{HTTP}Route", "AuthorizationType", "JWT", "NONE", "access"),
        (f"{HTTP}Route", "AuthorizationType", None, "JWT", "harmless"),
        (f"{HTTP}Api", "CorsConfiguration.AllowOrigins", ["https://a"], ["*"], "access"),
        (f"{HTTP}Api", "CorsConfiguration.AllowOrigins", ["*"], ["https://a"], "harmless"),
        (f"{HTTP}Api", "CorsConfiguration", {"AllowOrigins": ["*"]}, None, "interruption"),
        (
            f"{HTTP}Stage",
            "DefaultRouteSettings",
            {"ThrottlingRateLimit": 10},
            {"ThrottlingRateLimit": 1},
            "interruption",
        ),
        (f"{HTTP}Stage", "AccessLogSettings", {"DestinationArn": "a"}, None, "access"),
        (f"{HTTP}Authorizer", "JwtConfiguration.Audience", ["a"], ["a", "b"], "access"),
        (f"{SYNC}GraphQLApi", "AuthenticationType", "AMAZON_COGNITO_USER_POOLS", "API_KEY", "access"),
        (f"{SYNC}GraphQLApi", "AuthenticationType", "API_KEY", "AMAZON_COGNITO_USER_POOLS", "harmless"),
        (f"{SYNC}GraphQLApi", "IntrospectionConfig", "DISABLED", None, "access"),
        (f"{SYNC}GraphQLApi", "LogConfig", {"FieldLogLevel": "ALL"}, {"FieldLogLevel": "NONE"}, "access"),
        (
            f"{SYNC}Api",
            "EventConfig.ConnectionAuthModes",
            [{"AuthType": "A"}],
            [{"AuthType": "API_KEY"}],
            "interruption",
        ),
        (
            f"{SYNC}Api",
            "EventConfig.AuthProviders",
            [{"AuthType": "AWS_IAM"}],
            [{"AuthType": "API_KEY"}, {"AuthType": "AWS_IAM"}],
            "access",
        ),
        (f"{SYNC}Api", "EventConfig.LogConfig", {"LogLevel": "ERROR"}, None, "access"),
        (f"{SYNC}Api", "EventConfig.LogConfig", {"LogLevel": "ERROR"}, {"LogLevel": "ALL"}, "cost"),
        (f"{SYNC}ChannelNamespace", "CodeHandlers", "code", None, "access"),
        (f"{SYNC}ChannelNamespace", "PublishAuthModes", [{"AuthType": "AWS_IAM"}], None, "access"),
        (f"{SYNC}ApiKey", "Expires", 1, 2, "access"),
        (f"{SYNC}ApiKey", "Expires", 2, 1, "interruption"),
    ],
)
def test_properties_of_apis(kind: str, path: str, before: Any, after: Any, risk: str) -> None:
    assert judge(kind, path, before, after) == risk


SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "array", "maxItems": 5, "minItems": 1}}}


@each_row(
    [
        ({"description": "new"}, "harmless"),
        ({"required": []}, "access"),
        ({"required": ["a", "b"]}, "interruption"),
        ({"additionalProperties": False}, "interruption"),
        ({"properties": {"a": {"type": "array", "maxItems": 6, "minItems": 1}}}, "access"),
        ({"properties": {"a": {"type": "array", "maxItems": 4, "minItems": 1}}}, "interruption"),
        ({"properties": {"a": {"type": "array", "maxItems": 5}}}, "access"),
        ({"properties": {}}, "access"),
    ],
)
def test_a_schema_is_compared_by_what_it_accepts(change: dict[str, Any], risk: str) -> None:
    assert judge("AWS::ApiGateway::Model", "Schema", SCHEMA, SCHEMA | change) == risk


def document(**operations: Any) -> dict[str, Any]:
    return {"paths": {"/it": operations}}


@each_row(
    [
        ({"get": {"security": [{"a": []}]}}, {"get": {}}, "access"),
        ({"get": {}}, {"get": {"security": [{"a": []}]}}, "harmless"),
        ({"get": {}, "post": {"x": 1}}, {"get": {}}, "interruption"),
        ({"get": {}}, {"get": {}, "post": {}}, "access"),
        ({"get": {"summary": "a"}}, {"get": {"summary": "b"}}, "harmless"),
        (
            {"get": {"x-amazon-apigateway-integration": 1}},
            {"get": {"x-amazon-apigateway-integration": 2}},
            "interruption",
        ),
    ],
)
def test_an_openapi_document(before: Any, after: Any, risk: str) -> None:
    assert judge("AWS::ApiGateway::RestApi", "Body", document(**before), document(**after)) == risk


@each_row(
    [
        ("add", f"{REST}Method", None, {"HttpMethod": "GET", "AuthorizationType": "NONE"}, "access"),
        ("add", f"{REST}Method", None, {"HttpMethod": "GET", "AuthorizationType": "AWS_IAM"}, "harmless"),
        ("add", f"{REST}Method", None, {"HttpMethod": "OPTIONS", "Integration": {"Type": "MOCK"}}, "harmless"),
        ("add", f"{HTTP}Route", None, {"RouteKey": "GET /"}, "access"),
        ("add", f"{SYNC}GraphQLApi", None, {"AuthenticationType": "API_KEY"}, "access"),
        ("add", f"{SYNC}ApiKey", None, {}, "access"),
        ("add", f"{REST}Deployment", None, {}, "harmless"),
        ("remove", f"{REST}Deployment", {}, None, "harmless"),
        ("remove", f"{REST}RestApi", {}, None, "interruption"),
        ("remove", f"{REST}Method", {}, None, "interruption"),
        ("remove", f"{REST}Authorizer", {}, None, "access"),
        ("remove", f"{REST}RequestValidator", {}, None, "access"),
        ("remove", f"{SYNC}ChannelNamespace", {}, None, "interruption"),
        ("replace", f"{REST}RestApi", {}, {}, "interruption"),
        ("replace", f"{REST}Stage", {}, {}, "interruption"),
        ("replace", f"{REST}Deployment", {}, {}, "harmless"),
        ("replace", f"{SYNC}ChannelNamespace", {}, {}, "interruption"),
    ],
)
def test_parts_of_apis_that_come_and_go(action: str, kind: str, base: Any, head: Any, risk: str) -> None:
    sides = [None if it is None else resource(kind, **it) for it in (base, head)]
    assert whole_said(action, kind, *sides).risk == risk
