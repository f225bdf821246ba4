"""Pipeline definitions that the emulator takes, and what it says of those that it does not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.pipelines.graph import dependencies
from sagemaker_local.sagemaker.pipelines.parsing import parse
from support.emulated_pipelines import condition, definition, fail, get, join, processing, training

ALWAYS = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
REPORT = {"PropertyFileName": "Report", "OutputName": "report", "FilePath": "report.json"}


def complaint(text: str) -> str:
    with pytest.raises(ServiceError) as caught:
        parse(text)
    assert caught.value.code == "ValidationException"
    start, _, rest = caught.value.message.partition("Unable to parse pipeline definition. ")
    assert start == ""
    return rest


def test_steps_below_conditions_wait_for_them() -> None:
    inner = condition("Inner", ALWAYS, then=[fail("Deep")])
    parsed = parse(definition(training("Train"), condition("Outer", ALWAYS, then=[inner], otherwise=[fail("No")])))
    assert list(parsed.steps) == ["Train", "Outer", "Inner", "Deep", "No"]
    assert {name: step.branch for name, step in parsed.steps.items()} == {
        "Train": None,
        "Outer": None,
        "Inner": ("Outer", True),
        "Deep": ("Inner", True),
        "No": ("Outer", False),
    }
    assert dependencies(parsed.steps["Deep"]) == {"Inner"}


def test_references_and_depends_on_make_the_order() -> None:
    evaluate = processing("Evaluate", PropertyFiles=[REPORT], DependsOn=["Check"])
    evaluate["Arguments"]["Environment"] = {"MODEL": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    file = {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "accuracy"}
    better = {"Type": "GreaterThan", "LeftValue": {"Std:JsonGet": file}, "RightValue": 0.9}
    steps = (processing("Check"), training("Train"), evaluate, condition("Better", better, then=[fail("No")]))
    parsed = parse(definition(*steps))
    assert dependencies(parsed.steps["Evaluate"]) == {"Check", "Train"}
    assert dependencies(parsed.steps["Better"]) == {"Evaluate"}
    assert parsed.steps["Evaluate"].property_files["Report"].path == "report.json"


@pytest.mark.parametrize(
    ("kind", "default", "allowed"),
    [
        ("String", "a", ["a", "b"]),
        ("String", "", []),
        ("Integer", 3, []),
        ("Float", 3, []),
        ("Float", 0.5, []),
        ("Boolean", False, []),
    ],
)
def test_parameters_of_every_type(kind: str, default: Any, allowed: list[str]) -> None:
    given = {"Name": "P", "Type": kind, "DefaultValue": default, **({"EnumValues": allowed} if allowed else {})}
    parameter = parse(definition(fail("No"), parameters=[given])).parameters["P"]
    assert (parameter.kind, parameter.default, parameter.allowed) == (kind, default, tuple(allowed))


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (
            {"Name": "P", "Type": "Integer", "DefaultValue": "3"},
            "DefaultValue of parameter 'P' must be of type Integer",
        ),
        ({"Name": "P", "Type": "Integer", "DefaultValue": True}, "DefaultValue of parameter 'P' must be of type"),
        (
            {"Name": "P", "Type": "Date"},
            "Parameter 'P' must have a Type of String, Integer, Float, Boolean; got 'Date'",
        ),
        ({"Type": "String"}, "A parameter's Name must be"),
        ({"Name": "P", "EnumValues": ["a"], "DefaultValue": "b"}, "DefaultValue of parameter 'P' must be one of a"),
        ({"Name": "P", "Type": "Float", "EnumValues": ["1"]}, "EnumValues need a parameter of type String"),
        ({"Name": "P", "EnumValues": [1]}, "EnumValues of parameter 'P' must be texts; got 1."),
        ({"Name": "P", "Default": "b"}, "Unknown member 'Default'"),
    ],
)
def test_wrong_parameters(parameter: dict[str, Any], expected: str) -> None:
    assert complaint(definition(fail("No"), parameters=[parameter])).startswith(expected)


def test_wrong_documents() -> None:
    assert complaint("{").startswith("It is not JSON")
    assert complaint('{"a":' * 100_000) == "It is not JSON: it is nested too deeply."
    assert complaint("[]") == "Expecting start of Json Object."
    assert complaint('{"Version": "2020-12-01", "Steps": {}}') == "Expecting start of Json Array."
    assert complaint('{"Version": "1", "Steps": []}') == "Version must be '2020-12-01'; got '1'."
    assert complaint(definition()).startswith("A pipeline must have 1 to 50 steps")
    assert complaint(definition(fail("No"), Colour="red")).startswith("Unknown member 'Colour'; allowed are")
    twice = [{"Name": "P"}, {"Name": "P"}]
    assert complaint(definition(fail("No"), parameters=twice)) == "Duplicate parameter name 'P'."


def retried(**policy: Any) -> dict[str, Any]:
    return training("Train", RetryPolicies=[policy])


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([fail("A"), fail("A")], "Duplicate step name 'A'"),
        ([condition("A", ALWAYS, then=[fail("A")])], "Duplicate step name 'A'"),
        ([fail("A b")], "A step's Name must be 1 to 64 letters"),
        ([{**fail("A"), "Type": "Lambda"}], "Step 'A' has the type 'Lambda'; this emulator runs Training, Processing"),
        ([{**fail("A"), "Colour": "red"}], "Unknown member 'Colour'"),
        ([{"Name": "A", "Type": "Fail"}], "Expecting start of Json Object."),
        ([{"Name": "A", "Type": "Fail", "Arguments": {}}], "Arguments of Fail step 'A' must have ErrorMessage"),
        ([training("A", arguments={"Colour": "red"})], "Unknown Argument member 'Colour'."),
        ([training("A", arguments={"InputDataConfig": get("Parameters.X")})], "Expecting start of Json Array."),
        ([training("A", arguments={"VpcConfig": get("Parameters.X")})], "Expecting start of Json Object."),
        ([training("A", arguments={"HyperParameters": []})], "Expecting start of Json Object."),
        ([training("A", arguments={"RoleArn": ["x"]})], "A string or an expression"),
        (
            [{"Name": "A", "Type": "RegisterModel", "Arguments": {"ModelPackageName": "x"}}],
            "Unknown Argument member 'ModelPackageName'.",
        ),
        ([fail("A", get("Parameters.X"))], "Step 'A' refers to 'Parameters.X', but the pipeline has no parameter 'X'."),
        ([fail("A", join("", get("Steps.B.C")))], "Step 'A' refers to 'Steps.B.C', but the pipeline has no step 'B'."),
        ([training("B"), fail("A", get("Steps.B"))], "Step 'A' refers to 'Steps.B', which names no property"),
        ([fail("A", get("Execution.Colour"))], "Step 'A' refers to 'Execution.Colour'; an execution has PipelineName"),
        (
            [fail("A", get("Colours.X"))],
            "Step 'A' refers to 'Colours.X'; write Parameters.X, Steps.X.Y or Execution.X.",
        ),
        ([fail("A", DependsOn=["B"])], "Step 'A' depends on step 'B', which does not exist."),
        ([fail("A", DependsOn=["A"])], "Steps wait for each other: A -> A."),
        (
            [processing("B"), fail("A", get("Steps.B.PropertyFiles.R"))],
            "Step 'A' refers to 'Steps.B.PropertyFiles.R', but",
        ),
        (
            [condition("C", ALWAYS, then=[]), fail("A", get("Steps.C.Result"))],
            "Step 'A' refers to 'Steps.C.Result', but a condition step has an Outcome only.",
        ),
        (
            [processing("B", PropertyFiles=[{**REPORT, "OutputName": "other"}])],
            "Property file 'Report' is in output 'other', which step 'B' does not have.",
        ),
        ([processing("B", PropertyFiles=[{"Name": "x"}])], "A property file of step 'B' must have PropertyFileName"),
        ([condition("C", then=[])], "Condition step 'C': Conditions must have at least one condition."),
        (
            [condition("C", {"Type": "Like"}, then=[])],
            "Condition step 'C': a condition must be an object with a Type of",
        ),
        (
            [condition("C", {"Type": "Equals", "LeftValue": 1}, then=[])],
            "Condition step 'C': a condition of type Equals",
        ),
        ([condition("C", {"Type": "In", "QueryValue": 1, "Values": 1}, then=[])], "Condition step 'C': a condition of"),
        ([condition("C", {"Type": "Or", "Conditions": [{}]}, then=[])], "Condition step 'C': a condition must be"),
        (
            [condition("C", {"Type": "Not"}, then=[])],
            "Condition step 'C': a condition of type Not must have Condition.",
        ),
        ([training("A", CacheConfig={"Enabled": True})], "CacheConfig of step 'A' needs ExpireAfter"),
        ([retried(ExceptionType=[{}], MaxAttempts=1)], "ExceptionType of step 'Train' must be texts; got {}."),
        (
            [retried(ExceptionType=["Step.THROTTLING"], MaxAttempts="x")],
            "MaxAttempts of a retry policy of step 'Train'",
        ),
        ([fail("A", DependsOn=[{}])], "DependsOn of step 'A' must be texts; got {}."),
        ([fail("A", {"Get": 5})], "Step 'A': Get needs a reference such as Parameters.X; got 5."),
        ([fail("A", {"Std:Join": ["a"]})], "Step 'A': Std:Join needs an object; got ['a']."),
        ([fail("A", {"Std:Join": {"On": "/"}})], "Step 'A': Std:Join needs Values, an array, and may have On"),
        ([fail("A", {"Std:Join": {"On": 1, "Values": []}})], "Step 'A': On of Std:Join must be a text; got 1."),
        ([fail("A", join("", {"Std:JsonGet": {"Path": "x"}}))], "Step 'A': Std:JsonGet needs Path, a text, and either"),
        ([fail("A", {"Std:JsonGet": {"Path": "x", "S3Uri": 5}})], "Step 'A': S3Uri of Std:JsonGet must be a text"),
        (
            [fail("A", {"Std:JsonGet": {"Path": "x", "PropertyFile": join("", "x")}})],
            "Step 'A': PropertyFile of Std:JsonGet must be a Get",
        ),
        ([retried(ExceptionType=["Step.SADNESS"], MaxAttempts=1)], "ExceptionType of a retry policy of step 'Train'"),
        (
            [retried(ExceptionType=["Step.THROTTLING"])],
            "A retry policy of step 'Train' must have either MaxAttempts or",
        ),
    ],
)
def test_wrong_steps(steps: list[dict[str, Any]], expected: str) -> None:
    assert complaint(definition(*steps)).startswith(expected)


def test_steps_that_wait_for_each_other_are_named() -> None:
    first = training("A", arguments={"Environment": {"X": get("Steps.B.ModelArtifacts.S3ModelArtifacts")}})
    text = definition(first, training("B", DependsOn=["C"]), training("C", DependsOn=["A"]))
    assert complaint(text).startswith("Steps wait for each other: ")


def test_the_example_of_the_cloudformation_reference_is_taken() -> None:
    source = {"S3DataSource": {"S3Uri": get("Parameters.InputDataSource")}}
    arguments = {
        "InputDataConfig": [{"DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://my-s3-bucket/"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": get("Parameters.InstanceCount"),
            "VolumeSizeInGB": 1024,
        },
    }
    document = {
        "Version": "2020-12-01",
        "Parameters": [
            {"Name": "InputDataSource", "DefaultValue": ""},
            {"Name": "InstanceCount", "Type": "Integer", "DefaultValue": 1},
        ],
        "Steps": [{"Name": "Training1", "Type": "Training", "Arguments": arguments}],
    }
    assert parse(json.dumps(document)).parameters["InputDataSource"].default == ""


def places(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every value inside of a JSON value is."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        yield (*above, key)
        yield from places(item, (*above, key))


ODD: list[Any] = [None, -1, 1.5, True, "", "x", [], {}, [None], [[]], {"Get": 1}, {"Std:Join": {}}, "Steps.Train"]


def test_a_definition_that_was_damaged_anywhere_is_taken_or_refused_in_a_sentence() -> None:
    file = {"Std:JsonGet": {"PropertyFile": get("Steps.Evaluate.PropertyFiles.Report"), "Path": "a"}}
    better = {"Type": "Or", "Conditions": [{"Type": "In", "QueryValue": file, "Values": [1]}, ALWAYS]}
    steps = (
        training("Train", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 2}]),
        processing("Evaluate", PropertyFiles=[REPORT], CacheConfig={"Enabled": True, "ExpireAfter": "P1D"}),
        condition("Better", better, then=[fail("No", join("", get("Parameters.P")))]),
    )
    parameters = [{"Name": "P", "Type": "String", "DefaultValue": "a", "EnumValues": ["a"]}]
    whole = json.loads(definition(*steps, parameters=parameters))
    refused = 0
    for place in list(places(whole)):
        for odd in ODD:
            damaged = json.loads(json.dumps(whole))
            *above, last = place
            inside = damaged
            for key in above:
                inside = inside[key]
            inside[last] = odd
            try:
                parse(json.dumps(damaged))
            except ServiceError as error:
                refused += error.message.startswith("Unable to parse pipeline definition. ")
    assert refused > 500
