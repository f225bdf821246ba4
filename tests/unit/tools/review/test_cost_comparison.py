"""Requests find their way, both sides are compared, and the table is small."""

from __future__ import annotations

import copy
import datetime
import json
from typing import Any

import pytest

from tools.review.cost.capacity import exceeded, limits, machine_of, needs, processors
from tools.review.cost.comparison import as_markdown, compare_cost, usd
from tools.review.cost.monthly import PRICERS, estimate, total
from tools.review.cost.path import find_path
from tools.review.cost.report import as_json, as_text

DAY = datetime.date(2026, 11, 30)


def method(api: str, function: str, verb: str = "POST") -> dict[str, Any]:
    uri = {"Fn::Join": ["", ["arn:aws:apigateway:", {"Fn::GetAtt": [function, "Arn"]}, "/invocations"]]}
    properties = {"HttpMethod": verb, "RestApiId": {"Ref": api}, "Integration": {"Uri": uri}}
    return {"Type": "AWS::ApiGateway::Method", "Properties": properties}


def function(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 1024, "Architectures": ["arm64"], **more}}


def stage(api: str) -> dict[str, Any]:
    properties = {"RestApiId": {"Ref": api}, "AccessLogSetting": {"DestinationArn": {"Fn::GetAtt": ["Access", "Arn"]}}}
    settings = {"MethodSettings": [{"ThrottlingRateLimit": 50, "MetricsEnabled": True}]}
    return {"Type": "AWS::ApiGateway::Stage", "Properties": {**properties, **settings}}


API = {
    "Resources": {
        "Api": {"Type": "AWS::ApiGateway::RestApi"},
        "Other": {"Type": "AWS::ApiGateway::RestApi"},
        "Stage": stage("Api"),
        "OtherStage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Other"}}},
        "Upload": function(),
        "Predict": function(
            Environment={"Variables": {"ENDPOINT_NAME": "x"}}, LoggingConfig={"LogGroup": {"Ref": "Logs"}}
        ),
        "Logs": {"Type": "AWS::Logs::LogGroup"},
        "Access": {"Type": "AWS::Logs::LogGroup"},
        "Elsewhere": {"Type": "AWS::Logs::LogGroup"},
        "M1": method("Other", "Upload"),
        "M2": method("Api", "Predict", "GET"),
        "M3": method("Api", "Predict"),
        "M4": method("Other", "Predict", "OPTIONS"),
    }
}
MACHINES = [{"InstanceType": "ml.m5.large", "InitialInstanceCount": 2}]
SERVERLESS = [{"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}]


def inference(variants: list[dict[str, Any]]) -> dict[str, Any]:
    properties = {"ProductionVariants": variants}
    return {"Resources": {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties}}}


def application(variants: list[dict[str, Any]] = MACHINES) -> dict[str, Any]:
    return {"api": copy.deepcopy(API), "inference": inference(variants)}


def test_a_request_goes_through_one_api_its_function_and_the_endpoint() -> None:
    on_path = {name for _, name in find_path(application())}
    assert on_path == {"Api", "Stage", "Predict", "Logs", "Access", "Config"}


def test_requests_cost_along_the_path_only() -> None:
    lines = {line.logical_id: line for line in estimate(application(SERVERLESS))}
    month = 43_800 * 100
    assert lines["Predict"].at[100] == pytest.approx(month * (0.2e-6 + 0.025 * 0.0000133334))
    assert lines["Stage"].at[100] == pytest.approx(month * 3.5e-6 + 5 * 0.3)
    assert lines["Logs"].at[100] == pytest.approx(month * 2_000 / 1e9 * 0.5)
    assert lines["Access"].at[100] == pytest.approx(month * 800 / 1e9 * 0.5)
    assert lines["Config"].at[100] == pytest.approx(month * (2 * 0.010 * 0.00002 + 2_000 / 1e9 * 0.016))
    assert [lines[name].at[10_000] for name in ("Upload", "OtherStage", "Elsewhere")] == [0, 0, 0]
    assert total(list(lines.values())) == 0


def test_an_http_api_and_an_alias_are_followed() -> None:
    resources = {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        "Way": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {"ApiId": {"Ref": "Api"}, "IntegrationUri": {"Ref": "Live"}},
        },
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Work"}}},
        "Work": function(),
    }
    lines = {line.logical_id: line for line in estimate({"s": {"Resources": resources}})}
    assert lines["Api"].at[100] == pytest.approx(4.38)
    assert lines["Work"].at[100] > 0


def test_a_load_balancer_takes_requests_where_there_is_no_api() -> None:
    resources = {"Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {}}}
    (line,) = estimate({"s": {"Resources": resources}})
    assert line.at_rest == pytest.approx(16.425)
    assert line.at[10_000] == pytest.approx(16.425 + 438e6 / 3600 / 25 * 0.008)


def test_nothing_changes_nothing() -> None:
    comparison = compare_cost(application(), application(), day=DAY)
    assert not comparison.differs
    assert comparison.difference() == 0
    assert comparison.as_json()["changes"] == []


def test_dearer_machines_are_told_with_both_sides() -> None:
    dear = [{"InstanceType": "ml.p3.16xlarge", "InitialInstanceCount": 2}]
    comparison = compare_cost(application(), application(dear), day=DAY)
    assert comparison.difference() == pytest.approx(2 * 730 * (28.152 - 0.115))
    (told,) = comparison.as_json()["changes"]
    assert told["before"]["what"] == "2 x ml.m5.large"
    assert told["after"]["usd"]["at_rest"] == pytest.approx(41_101.92)
    text = as_markdown(comparison)
    assert "| `Config`: 2 x ml.m5.large → 2 x ml.p3.16xlarge | +40,934.02 |" in text
    assert "| before | 167.90 |" in text
    assert json.loads(json.dumps(comparison.as_json()))["difference"]["at_rest"] == pytest.approx(40_934.02)


def test_a_machine_without_a_price_is_told() -> None:
    unknown = [{"InstanceType": "ml.x99.large", "InitialInstanceCount": 2}]
    comparison = compare_cost(application(), application(unknown), day=DAY)
    assert comparison.differs
    assert comparison.new_without_price == ("Config: ml.x99.large of sagemaker",)
    assert "Without a price, so not in the sums: Config: ml.x99.large of sagemaker." in as_markdown(comparison)


def test_a_new_and_a_removed_stack() -> None:
    stream = {"Resources": {"Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1}}}}
    more = compare_cost(application(), {**application(), "stream": stream}, day=DAY)
    less = compare_cost({**application(), "stream": stream}, application(), day=DAY)
    assert (more.difference(), less.difference()) == pytest.approx((10.95, -10.95))
    assert "`Stream`: new: shard" in as_markdown(more)
    assert "`Stream`: removed: shard" in as_markdown(less)


def test_another_api_beside_it_does_not_take_the_requests_over() -> None:
    head = application()
    head["api"]["Resources"] = {
        "Aaa": {"Type": "AWS::ApiGateway::RestApi"},
        "AaaStage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"RestApiId": {"Ref": "Aaa"}}},
        "AaaMethod": method("Aaa", "Predict"),
        **head["api"]["Resources"],
    }
    assert not compare_cost(application(), head, day=DAY).changes


def test_old_prices_of_what_differs_are_told() -> None:
    comparison = compare_cost(application(), application(SERVERLESS), day=DAY)
    assert any("serverless inference" in price for price in comparison.as_json()["old_prices"])
    assert "Prices seen more than a year ago: sagemaker serverless inference." in as_markdown(comparison)
    assert not compare_cost(application(SERVERLESS), application(SERVERLESS), day=DAY).old
    later = datetime.date(2028, 1, 1)
    assert "ml.m5.large" in as_markdown(compare_cost(application(), application(SERVERLESS), day=later))


def test_amounts_for_people() -> None:
    assert [usd(0.001, signed=True), usd(-0.001), usd(1234.5), usd(2, signed=True), usd(-2, signed=True)] == [
        "0.00",
        "0.00",
        "1,234.50",
        "+2.00",
        "-2.00",
    ]


def test_what_a_million_a_minute_takes() -> None:
    it = needs(1_000_000)
    assert (it.machines, it.serverless_concurrency, it.function_concurrency, it.shards) == (38, 167, 417, 17)
    assert (needs(1).machines, needs(10_000).machines, needs(100_000).machines) == (2, 2, 4)
    assert needs(1_000_000, "ml.m5.4xlarge").machines == 5


@pytest.mark.parametrize(
    ("name", "count"),
    [("ml.t3.medium", 2), ("ml.m5.large", 2), ("ml.m5.xlarge", 4), ("ml.m5.12xlarge", 48), ("ml.x.odd", 2)],
)
def test_processors_by_the_name_of_the_size(name: str, count: int) -> None:
    assert processors(name) == count


def test_the_lowest_limit_is_raised_first() -> None:
    found = limits(application())
    assert not exceeded(found, 100)
    assert [limit.name for limit in exceeded(found, 10_000)] == ["throttle of the API: 50 requests a second"]
    names = [limit.name for limit in exceeded(found, 1_000_000)]
    assert names[0].startswith("throttle")
    assert "endpoint: 2 x ml.m5.large, half busy" in names
    assert "API Gateway: 10,000 requests a second" in names
    assert "Lambda: 1,000 executions at a time" not in names
    serverless = [limit.name for limit in exceeded(limits(application(SERVERLESS)), 100_000)]
    assert "serverless endpoint: 5 requests at a time" in serverless
    assert machine_of(application(SERVERLESS)) == "ml.m5.large"


def test_a_reservation_of_the_function_is_a_limit() -> None:
    reserved = application()
    reserved["api"]["Resources"]["Predict"]["Properties"]["ReservedConcurrentExecutions"] = 1
    assert exceeded(limits(reserved), 3_000)[0].name == "reserved concurrency of the function: 1"


def test_machines_that_are_scaled_are_counted_at_their_most() -> None:
    scaled = application([{"VariantName": "AllTraffic", **MACHINES[0]}])
    resource_id, dimension = "endpoint/e/variant/AllTraffic", "sagemaker:variant:DesiredInstanceCount"
    scaled["inference"]["Resources"]["Target"] = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {"ResourceId": resource_id, "ScalableDimension": dimension, "MaxCapacity": 4},
    }
    names = [limit.name for limit in limits(scaled)]
    assert "endpoint: at most 4 x ml.m5.large, half busy" in names


def test_the_report_tells_sums_assumptions_and_limits() -> None:
    text = as_text(application(SERVERLESS), "dev", DAY)
    assert "dev, USD a month, us-east-1" in text
    assert "serverless, 2 GB" in text
    assert "Assumed:" in text
    assert "serverless inference 0.00002 a GB-second, seen 2022-04-21" in text
    assert "To be raised first:" in text
    assert all(len(line) <= 200 for line in text.splitlines() if not line.lstrip().startswith(("-", "1")))


def test_the_report_for_programs() -> None:
    report = json.loads(json.dumps(as_json(application(), "dev", DAY)))
    assert report["total"]["at_rest"] == pytest.approx(167.9)
    assert {resource["logical_id"] for resource in report["resources"]} >= {"Config", "Predict", "Stage"}
    assert report["capacity"][-1]["machines"] == 38
    assert report["capacity"][-1]["raise_first"]


ODD: list[Any] = [
    None,
    1,
    "x",
    [],
    {},
    ["x"],
    [None],
    {"Ref": "X"},
    {"Fn::If": ["C", {"Ref": "X"}, 1]},
    {"Fn::GetAtt": []},
]
NAMES = (
    "Integration",
    "RestApiId",
    "Environment",
    "LoggingConfig",
    "ProductionVariants",
    "MethodSettings",
    "ServerlessConfig",
    "MemorySize",
    "Architectures",
    "AccessLogSetting",
    "BlockDeviceMappings",
    "GlobalSecondaryIndexes",
    "ProvisionedConcurrencyConfig",
    "TaskDefinition",
    "ClusterConfig",
    "Metrics",
)


@pytest.mark.parametrize("value", ODD, ids=str)
def test_odd_values_end_nothing(value: Any) -> None:
    kinds = [*PRICERS, "AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Integration", "AWS::ApiGateway::RestApi"]
    odd: dict[str, Any] = {
        f"R{number}": {"Type": kind, "Properties": dict.fromkeys(NAMES, value)} for number, kind in enumerate(kinds)
    }
    for template in ({"Resources": odd}, {"Resources": {"X": value, "Y": {"Type": value, "Properties": value}}}):
        assert compare_cost(application(), {"s": template}, day=DAY).as_json()
        assert as_text({"s": template}, "odd", DAY)
    assert compare_cost({"s": {"Resources": value}}, {"s": {"Resources": value}}, day=DAY).difference() == 0
