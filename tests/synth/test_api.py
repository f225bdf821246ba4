"""What must hold for the HTTP API and the function behind it."""

from __future__ import annotations

import json
import re

from stacks.constructs.gateway_problems import GATEWAY_PROBLEMS
from stacks.time_budget import TIME_BUDGET
from tests.synth.assemblies import Assembly, as_list, as_text, statements


def prediction(assembly: Assembly) -> dict[str, str]:
    function = assembly.template("api")["Resources"]["PredictionFunction85E6F3AD"]["Properties"]
    variables: dict[str, str] = function["Environment"]["Variables"]
    return variables


def test_the_id_of_the_api_stays(assembly: Assembly) -> None:
    # Its address has its id.
    assert set(assembly.resources("AWS::ApiGateway::RestApi")) == {"ServiceRestApi9A9E75B4"}


def test_two_routes_and_both_ask_for_a_signature(assembly: Assembly) -> None:
    resources = assembly.template("api")["Resources"]
    routes = set()
    for method in assembly.resources("AWS::ApiGateway::Method").values():
        properties = method["Properties"]
        assert properties["AuthorizationType"] == "AWS_IAM"
        assert properties.get("ApiKeyRequired", False) is False
        routes.add((properties["HttpMethod"], resources[properties["ResourceId"]["Ref"]]["Properties"]["PathPart"]))
    assert routes == {("POST", "predictions"), ("GET", "model")}


def test_bodies_are_validated_before_the_function_runs(assembly: Assembly) -> None:
    (post,) = [
        method["Properties"]
        for method in assembly.resources("AWS::ApiGateway::Method").values()
        if method["Properties"]["HttpMethod"] == "POST"
    ]
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
    schema = assembly.only("AWS::ApiGateway::Model")["Schema"]
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert "$ref" not in json.dumps(schema)


def test_pictures_are_passed_on_as_bytes(assembly: Assembly) -> None:
    assert assembly.only("AWS::ApiGateway::RestApi")["BinaryMediaTypes"] == ["image/png", "image/jpeg"]


def test_every_method_is_throttled(assembly: Assembly) -> None:
    (settings,) = assembly.only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    throttle = assembly.settings.throttle
    assert settings["ThrottlingRateLimit"] == throttle.requests_per_second
    assert settings["ThrottlingBurstLimit"] == throttle.burst


def test_logs_have_no_bodies_and_an_end(assembly: Assembly) -> None:
    stage = assembly.only("AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    fields = json.loads(stage["AccessLogSetting"]["Format"])
    assert not [
        value for value in fields.values() if re.search(r"body|header|querystring|authorization", value, re.IGNORECASE)
    ]
    for group in assembly.resources("AWS::Logs::LogGroup", "api").values():
        assert group["Properties"]["RetentionInDays"] == assembly.settings.log_retention_days


def test_the_stage_waits_for_the_role_that_writes_its_logs(assembly: Assembly) -> None:
    (stage,) = assembly.resources("AWS::ApiGateway::Stage").values()
    assert set(stage["DependsOn"]) >= set(assembly.resources("AWS::ApiGateway::Account"))
    for account in assembly.resources("AWS::ApiGateway::Account").values():
        assert account["DeletionPolicy"] == ("Delete" if assembly.settings.environment == "local" else "Retain")


def test_errors_of_the_gateway_are_problem_json(assembly: Assembly) -> None:
    answers = {
        answer["Properties"]["ResponseType"]: answer["Properties"]
        for answer in assembly.resources("AWS::ApiGateway::GatewayResponse").values()
    }
    assert set(answers) >= {"DEFAULT_4XX", "DEFAULT_5XX", "BAD_REQUEST_BODY", "THROTTLED", "INTEGRATION_TIMEOUT"}
    for answer in answers.values():
        headers = answer["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert set(answer["ResponseTemplates"]) == {"application/json"}
    assert answers["THROTTLED"]["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'1'"


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
    assert [source.split('"}>', 2)[-1] for source in sorted(sources)] == ["/GET/model", "/POST/predictions"]


def test_functions_are_python_on_arm_with_a_log_group_each(assembly: Assembly) -> None:
    functions = assembly.resources("AWS::Lambda::Function")
    assert len(functions) == 3
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
