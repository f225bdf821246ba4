"""Expressions, conditions, parameters and triggers of pipelines: pure functions on JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.pipelines import triggers
from sagemaker_local.sagemaker.pipelines.conditions import holds
from sagemaker_local.sagemaker.pipelines.definition import Parameter, PropertyFile
from sagemaker_local.sagemaker.pipelines.expressions import ExpressionError, Values, files_of, resolve, walk
from sagemaker_local.sagemaker.pipelines.parameters import values_of
from support.emulated_pipelines import get, join

OUTPUT = {"OutputName": "report", "S3Output": {"S3Uri": "s3://bucket/report/"}}
VALUES = Values(
    parameters={"Count": 2, "Rate": 0.5, "Name": "x", "Spot": True},
    execution={"PipelineName": "churn", "PipelineExecutionId": "abc"},
    steps={
        "Train": {
            "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
            "FinalMetricDataList": [{"MetricName": "validation:merror", "Value": 0.1}],
        },
        "Evaluate": {"ProcessingOutputConfig": {"Outputs": [OUTPUT]}},
    },
    property_files={("Evaluate", "Report"): PropertyFile(output="report", path="report.json")},
    files={
        "s3://bucket/report/report.json": {"metrics": {"accuracy": {"value": 0.97}}, "by class": [0.9, 0.8]},
        "s3://bucket/x.json": {"y": "z"},
    },
)


def json_get(path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": path}}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (get("Parameters.Count"), 2),
        (get("Parameters.Spot"), True),
        (get("Execution.PipelineName"), "churn"),
        (get("Steps.Train.ModelArtifacts.S3ModelArtifacts"), "s3://bucket/model.tar.gz"),
        (get("Steps.Train.FinalMetricDataList['validation:merror'].Value"), 0.1),
        (get("Steps.Train.FinalMetricDataList[0].Value"), 0.1),
        (get("Steps.Evaluate.ProcessingOutputConfig.Outputs['report'].S3Output.S3Uri"), "s3://bucket/report/"),
        (join("/", "s3:/", get("Parameters.Name"), get("Parameters.Count"), get("Parameters.Rate")), "s3://x/2/0.5"),
        (join("", get("Parameters.Spot")), "true"),
        (join("-", join("", "a", "b"), json_get("metrics.accuracy.value")), "ab-0.97"),
        (json_get("metrics.accuracy.value"), 0.97),
        (json_get("['by class'][1]"), 0.8),
        (json_get('["by class"][0]'), 0.9),
        ({"Std:JsonGet": {"S3Uri": join("", "s3://bucket/", get("Parameters.Name"), ".json"), "Path": "y"}}, "z"),
        ({"a": [get("Parameters.Name"), {"b": get("Parameters.Count")}]}, {"a": ["x", {"b": 2}]}),
        ("Parameters.Count", "Parameters.Count"),
        (None, None),
    ],
)
def test_expressions_are_replaced_by_what_they_stand_for(expression: object, expected: object) -> None:
    assert resolve(expression, VALUES) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (get("Parameters.Missing"), "the pipeline has no parameter 'Missing'"),
        (get("Execution.Missing"), "an execution has no 'Missing'; it has PipelineName"),
        (get("Steps.Later.Arn"), "step 'Later' has made nothing yet"),
        (get("Steps.Train.ModelArtifacts.Missing"), "there is nothing at 'ModelArtifacts.Missing'"),
        (get("Steps.Train.FinalMetricDataList[7]"), "'[7]' was not found"),
        (json_get("metrics.loss"), "s3://bucket/report/report.json: there is nothing at 'metrics.loss'"),
        (json_get("metrics.[accuracy"), "cannot be read from character 8 on"),
        ({"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.Report"), "Path": "x"}}, "is not a property file"),
    ],
)
def test_references_that_lead_nowhere_are_named(expression: object, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve(expression, VALUES)
    assert expected in str(caught.value)


def test_files_are_found_wherever_they_are_asked_for() -> None:
    other = {"Std:JsonGet": {"S3Uri": "s3://bucket/other.json", "Path": "a"}}
    arguments = {"Conditions": [{"LeftValue": json_get("a"), "RightValue": join("", other)}]}
    assert list(files_of(arguments, VALUES)) == ["s3://bucket/report/report.json", "s3://bucket/other.json"]


def test_an_empty_path_is_the_whole_document() -> None:
    assert walk({"a": 1}, "") == {"a": 1}


def compared(kind: str, left: object, right: object) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compared("Equals", 1, 1.0), True),
        (compared("Equals", 1, "1"), False),
        (compared("Equals", True, 1), False),
        (compared("Equals", "a", "a"), True),
        (compared("NotEquals", "a", "b"), True),
        (compared("GreaterThan", 0.97, 0.97), False),
        (compared("GreaterThanOrEqualTo", 0.97, 0.97), True),
        (compared("LessThan", 1, 2), True),
        (compared("LessThanOrEqualTo", 3, 2), False),
        (compared("LessThan", "a", "b"), True),
        ({"Type": "In", "QueryValue": "b", "Values": ["a", "b"]}, True),
        ({"Type": "In", "QueryValue": 1, "Values": ["1"]}, False),
        ({"Type": "In", "Value": "b", "In": ["a"]}, False),
        ({"Type": "NotIn", "Value": "b", "In": ["a"]}, True),
        ({"Type": "Not", "Condition": compared("Equals", 1, 1)}, False),
        ({"Type": "Or", "Conditions": [compared("Equals", 1, 2), compared("Equals", 2, 2)]}, True),
        ({"Type": "Or", "Conditions": []}, False),
    ],
)
def test_conditions(condition: dict[str, Any], expected: bool) -> None:
    assert holds(condition) is expected


@pytest.mark.parametrize(("left", "right"), [(1, "1"), (True, False), ("a", None)])
def test_what_has_no_order_is_not_put_in_order(left: object, right: object) -> None:
    with pytest.raises(ExpressionError, match="LessThan needs two numbers or two texts"):
        holds(compared("LessThan", left, right))


PARAMETERS = {
    "Name": Parameter(name="Name", kind="String", allowed=("a", "b")),
    "Count": Parameter(name="Count", kind="Integer", default=1),
    "Rate": Parameter(name="Rate", kind="Float", default=0.5),
    "Spot": Parameter(name="Spot", kind="Boolean", default=False),
}


def test_parameters_take_texts_and_defaults() -> None:
    assert values_of(PARAMETERS, {"Name": "a"}) == {"Name": "a", "Count": 1, "Rate": 0.5, "Spot": False}
    given = {"Name": "b", "Count": "2", "Rate": "1e-3", "Spot": "True"}
    assert values_of(PARAMETERS, given) == {"Name": "b", "Count": 2, "Rate": 0.001, "Spot": True}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Missing required pipeline parameters ['Name']"),
        (
            {"Name": "a", "Colour": "red"},
            "Pipeline parameters ['Colour'] do not exist; the pipeline has ['Count', 'Name'",
        ),
        ({"Name": "c"}, "Pipeline parameter Name must be one of a, b; got 'c'."),
        ({"Name": "a", "Count": "2.5"}, "Pipeline parameter Count must be of type Integer; got '2.5'."),
        ({"Name": "a", "Spot": "maybe"}, "Pipeline parameter Spot must be of type Boolean; got 'maybe'."),
    ],
)
def test_wrong_values_of_parameters(given: dict[str, str], expected: str) -> None:
    with pytest.raises(ServiceError) as caught:
        values_of(PARAMETERS, given)
    assert caught.value.message.startswith(expected)


PIPELINE = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/churn-dev"


def test_an_event_starts_the_pipeline_with_values_of_its_own() -> None:
    listed = [{"Name": "Channels", "Value": "$.detail.object.key"}, {"Name": "Size", "Value": "$.detail.object.size"}]
    target = {
        "Arn": PIPELINE,
        "SageMakerPipelineParameters": {"PipelineParameterList": [*listed, {"Name": "N", "Value": "v"}]},
    }
    request = triggers.start_request(target, {"detail": {"object": {"key": "channels/abc/", "size": 12}}})
    values = [
        {"Name": "Channels", "Value": "channels/abc/"},
        {"Name": "Size", "Value": "12"},
        {"Name": "N", "Value": "v"},
    ]
    assert (request["PipelineName"], request["PipelineParameters"]) == (PIPELINE, values)
    assert len(request["ClientRequestToken"]) >= 32
    with pytest.raises(ValueError, match=r"the event has nothing at \$\.detail\.object\.key"):
        triggers.start_request(target, {"detail": {}})


def test_a_universal_target_says_the_whole_request() -> None:
    target = {
        "Arn": triggers.UNIVERSAL,
        "Input": json.dumps({"PipelineName": "churn", "ClientRequestToken": "x" * 32}),
    }
    assert triggers.start_request(target, {}) == {"PipelineName": "churn", "ClientRequestToken": "x" * 32}
    with pytest.raises(ValueError, match="must be a StartPipelineExecution request"):
        triggers.start_request({"Arn": triggers.UNIVERSAL}, {})


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (PIPELINE, True),
        (triggers.UNIVERSAL, True),
        (f"{PIPELINE}/execution/abc", False),
        ("arn:aws:scheduler:::aws-sdk:sagemaker:createTrainingJob", False),
        ("arn:aws:lambda:us-east-1:123456789012:function:f", False),
    ],
)
def test_only_pipelines_are_taken(arn: str, expected: bool) -> None:
    assert triggers.is_pipeline(arn) is expected
