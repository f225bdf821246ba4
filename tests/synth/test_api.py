"""What must hold for the HTTP API and the function behind it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stacks.api.gateway_problems import GATEWAY_PROBLEMS
from stacks.parts import Parts
from stacks.settings import ENVIRONMENTS
from stacks.shared.time_budget import TIME_BUDGET
from tests.support.assemblies import Assembly, as_list, as_text, make_app, statements

NEEDS = ("people", "uploads")

SERVICES, PEOPLE = "ServiceRestApi9A9E75B4", "PeopleRestApi6480BA2C"


def prediction(assembly: Assembly) -> dict[str, str]:
    function = assembly.template("api")["Resources"]["PredictionFunction85E6F3AD"]["Properties"]
    variables: dict[str, str] = function["Environment"]["Variables"]
    return variables


def methods(assembly: Assembly, api: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The methods of one API by verb and path."""
    resources = assembly.template("api")["Resources"]

    def path(identity: dict[str, Any]) -> str:
        if "Ref" not in identity:
            return ""
        resource = resources[identity["Ref"]]["Properties"]
        return f"{path(resource['ParentId'])}/{resource['PathPart']}"

    return {
        (method["Properties"]["HttpMethod"], path(method["Properties"]["ResourceId"])): method["Properties"]
        for method in assembly.resources("AWS::ApiGateway::Method").values()
        if method["Properties"]["RestApiId"]["Ref"] == api
    }


def test_the_ids_of_the_apis_stay(assembly: Assembly) -> None:
    # Their addresses have their ids.
    assert set(assembly.resources("AWS::ApiGateway::RestApi")) == {SERVICES, PEOPLE}


ROUTES = {
    ("POST", "/predictions"),
    ("GET", "/model"),
    ("POST", "/uploads"),
    ("GET", "/uploads/{job_id}"),
}


def test_four_routes_for_services_and_all_ask_for_a_signature(assembly: Assembly) -> None:
    found = methods(assembly, SERVICES)
    assert set(found) == ROUTES
    assert {method["AuthorizationType"] for method in found.values()} == {"AWS_IAM"}


def test_the_same_routes_for_people_and_all_ask_for_a_token(assembly: Assembly) -> None:
    found = methods(assembly, PEOPLE)
    asked = {route: method for route, method in found.items() if route[0] != "OPTIONS"}
    assert set(asked) == ROUTES
    (authorizer,) = assembly.resources("AWS::ApiGateway::Authorizer")
    for method in asked.values():
        assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
        assert method["AuthorizerId"] == {"Ref": authorizer}
    (pool,) = assembly.only("AWS::ApiGateway::Authorizer")["ProviderARNs"]
    # Strong: another pool would stay unknown to the deployed stage, so CloudFormation refuses to replace this one.
    assert pool["Fn::ImportValue"].startswith(f"{assembly.settings.stack_name('identity')}:")


def test_only_pages_of_the_site_may_call(assembly: Assembly) -> None:
    open_methods = {route for route, method in methods(assembly, PEOPLE).items() if route[0] == "OPTIONS"}
    assert open_methods == {("OPTIONS", path) for _, path in ROUTES}
    assert {m["AuthorizationType"] for r, m in methods(assembly, PEOPLE).items() if r[0] == "OPTIONS"} == {"NONE"}
    for function in assembly.resources("AWS::Lambda::Function", "api").values():
        origins = as_text(function["Properties"]["Environment"]["Variables"]["SITE_ORIGINS"])
        local = " http://localhost:*" if assembly.settings.environment == "local" else ""
        assert re.fullmatch(r"https://<(?:Publish|Exports)Output\w+DomainName\w+>" + re.escape(local), origins)


def test_an_environment_may_do_without_services(tmp_path: Path) -> None:
    app = make_app(replace(ENVIRONMENTS["prod"], services=False, parts=Parts(notebook=False)), tmp_path)
    app.synth()
    api = json.loads((tmp_path / "digits-prod-api.template.json").read_text())
    kinds = {
        resource["Properties"]["AuthorizationType"]
        for resource in api["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::Method"
    }
    assert kinds == {"COGNITO_USER_POOLS", "NONE"}


@pytest.mark.parametrize("api", [SERVICES, PEOPLE])
def test_bodies_are_validated_before_the_function_runs(assembly: Assembly, api: str) -> None:
    post = methods(assembly, api)["POST", "/predictions"]
    resources = assembly.template("api")["Resources"]
    assert resources[post["RequestValidatorId"]["Ref"]]["Properties"]["ValidateRequestBody"] is True
    assert set(post["RequestModels"]) == {"application/json"}
    schema = resources[post["RequestModels"]["application/json"]["Ref"]]["Properties"]["Schema"]
    rows = schema["properties"]["instances"]
    assert schema["required"] == ["instances"]
    assert (rows["minItems"], rows["maxItems"]) == (1, 1000)
    assert (rows["items"]["minItems"], rows["items"]["maxItems"]) == (784, 784)
    assert rows["items"]["items"] == {"type": "integer", "minimum": 0, "maximum": 255}


def test_the_schema_is_of_the_draft_that_api_gateway_takes(assembly: Assembly) -> None:
    models = assembly.resources("AWS::ApiGateway::Model").values()
    assert sorted(model["Properties"]["Name"] for model in models) == 2 * ["PredictionRequest"] + 2 * ["UploadRequest"]
    for model in models:
        schema = model["Properties"]["Schema"]
        assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
        assert "$ref" not in json.dumps(schema)


def test_pictures_are_passed_on_as_bytes(assembly: Assembly) -> None:
    for api in assembly.resources("AWS::ApiGateway::RestApi").values():
        assert api["Properties"]["BinaryMediaTypes"] == ["image/png", "image/jpeg"]


def test_every_method_is_throttled(assembly: Assembly) -> None:
    for stage in assembly.resources("AWS::ApiGateway::Stage").values():
        (settings,) = stage["Properties"]["MethodSettings"]
        assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
        throttle = assembly.settings.throttle
        assert settings["ThrottlingRateLimit"] == throttle.requests_per_second
        assert settings["ThrottlingBurstLimit"] == throttle.burst


def test_logs_have_no_bodies_and_an_end(assembly: Assembly) -> None:
    for stage in assembly.resources("AWS::ApiGateway::Stage").values():
        (settings,) = stage["Properties"]["MethodSettings"]
        assert settings["DataTraceEnabled"] is False
        fields = json.loads(stage["Properties"]["AccessLogSetting"]["Format"])
        private = re.compile(r"body|header|querystring|authorization", re.IGNORECASE)
        assert not [value for value in fields.values() if private.search(value)]
    for group in assembly.resources("AWS::Logs::LogGroup", "api").values():
        assert group["Properties"]["RetentionInDays"] == assembly.settings.log_retention_days


def test_the_stage_waits_for_the_role_that_writes_its_logs(assembly: Assembly) -> None:
    for stage in assembly.resources("AWS::ApiGateway::Stage").values():
        assert set(stage["DependsOn"]) >= set(assembly.resources("AWS::ApiGateway::Account"))
    for account in assembly.resources("AWS::ApiGateway::Account").values():
        assert account["DeletionPolicy"] == ("Delete" if assembly.settings.environment == "local" else "Retain")


def test_errors_of_the_gateway_are_problem_json(assembly: Assembly) -> None:
    answers = {
        answer["Properties"]["ResponseType"]: answer["Properties"]
        for answer in assembly.resources("AWS::ApiGateway::GatewayResponse").values()
    }
    assert set(answers) >= {"UNAUTHORIZED", "DEFAULT_4XX", "DEFAULT_5XX", "BAD_REQUEST_BODY", "THROTTLED"}
    for answer in answers.values():
        headers = answer["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert set(answer["ResponseTemplates"]) == {"application/json"}
    assert answers["THROTTLED"]["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_the_page_may_read_errors_of_the_gateway(assembly: Assembly) -> None:
    name = "gatewayresponse.header.Access-Control-Allow-Origin"
    answers = [answer["Properties"] for answer in assembly.resources("AWS::ApiGateway::GatewayResponse").values()]
    for answer in answers:
        allowed = answer["ResponseParameters"].get(name)
        if answer["RestApiId"]["Ref"] == SERVICES:
            assert allowed is None
        elif assembly.settings.environment == "local":
            assert allowed == "method.request.header.Origin"
        else:
            assert re.fullmatch(r"'https://<(?:Publish|Exports)Output\w+>'", as_text(allowed))


def test_a_function_that_fails_keeps_the_status_that_api_gateway_gives_it(assembly: Assembly) -> None:
    """A response of its own would answer 504, or one other status, for a function that failed and one not called."""
    answers = assembly.resources("AWS::ApiGateway::GatewayResponse").values()
    kinds = {answer["Properties"]["ResponseType"]: answer["Properties"] for answer in answers}
    assert "INTEGRATION_FAILURE" not in kinds
    assert "StatusCode" not in kinds["DEFAULT_5XX"]


def test_templates_of_problems_are_json_once_the_variables_are_filled_in() -> None:
    for problem in GATEWAY_PROBLEMS.values():
        text = problem.template.replace("$context.error.messageString", '"said \\"no\\""')
        # Nothing else whose text may hold a quote: only this message is documented to come as a JSON string.
        assert set(re.findall(r"\$context\.[\w.]+", text)) == {"$context.requestId"}
        body = json.loads(text.replace("$context.requestId", "6f2c2f0e"))
        assert set(body) - {"status"} == {"type", "title", "detail", "instance"}
        assert body["type"].startswith("urn:digits:problem:")
        assert body.get("status") == problem.status


def test_everyone_gives_up_before_who_waits_for_them(assembly: Assembly) -> None:
    variables = prediction(assembly)
    connect, read = float(variables["CONNECT_TIMEOUT_SECONDS"]), float(variables["READ_TIMEOUT_SECONDS"])
    sdk = int(variables["TOTAL_ATTEMPTS"]) * (connect + read) + TIME_BUDGET.back_off_seconds
    function = assembly.template("api")["Resources"]["PredictionFunction85E6F3AD"]["Properties"]["Timeout"]
    (integration,) = {
        method["Properties"]["Integration"]["TimeoutInMillis"] / 1000
        for method in assembly.resources("AWS::ApiGateway::Method").values()
    }
    assert sdk < function < integration <= 29


def test_the_function_may_ask_exactly_this_endpoint(assembly: Assembly) -> None:
    granted = [
        resource
        for name, statement in statements(assembly)
        if name.startswith("Prediction") and "sagemaker:InvokeEndpoint" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]
    (resource,) = granted
    reference = resource["Fn::GetStackOutput"]
    outputs = assembly.template("inference")["Outputs"]
    assert reference["StackName"] == assembly.settings.stack_name("inference")
    # Ref of an endpoint is its ARN, in lower case as SageMaker writes it.
    assert outputs[reference["OutputName"]]["Value"] == {"Ref": "ServingEndpointC149CBA2"}


def test_only_this_api_may_call_the_function(assembly: Assembly) -> None:
    sources = []
    for permission in assembly.resources("AWS::Lambda::Permission").values():
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        sources.append(as_text(permission["Properties"]["SourceArn"]))
    allowed = [source.split('"}>', 2)[-1] for source in sources]
    asked = [f"/{verb}{path.replace('{job_id}', '*')}" for verb, path in ROUTES]
    pages = [f"/OPTIONS{path.replace('{job_id}', '*')}" for _, path in ROUTES]
    assert sorted(allowed) == sorted(2 * asked + pages)


def test_functions_are_python_on_arm_with_a_log_group_each(assembly: Assembly) -> None:
    functions = assembly.resources("AWS::Lambda::Function")
    assert len(functions) == 5
    for function in functions.values():
        properties = function["Properties"]
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.14", ["arm64"])
        assert properties["LoggingConfig"]["LogGroup"]["Ref"] in assembly.resources("AWS::Logs::LogGroup")
        traced = properties.get("TracingConfig", {}).get("Mode") == "Active"
        assert traced is assembly.settings.tracing


def test_the_function_is_told_all_it_reads(assembly: Assembly) -> None:
    variables = prediction(assembly)
    assert variables["ENDPOINT_NAME"] == assembly.settings.endpoint_name
    assert variables["LOG_LEVEL"] == assembly.settings.log_level
    assert variables["POWERTOOLS_SERVICE_NAME"] == "prediction"
    card = json.loads(variables["MODEL_CARD"])
    assert card["features"] == 784
    assert len(variables["MODEL_CARD"]) < 3000  # all variables together may have 4 KB


def test_the_outputs_that_others_read(assembly: Assembly) -> None:
    assert {"ApiId", "ApiUrl", "StageName"} <= set(assembly.template("api")["Outputs"])
    inference = set(assembly.template("inference")["Outputs"])
    assert {"EndpointName", "EndpointConfigName"} <= inference
