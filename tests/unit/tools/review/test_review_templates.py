"""Templates are read from folders of every shape, and say what they mean without their parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.review.conditions import asked_otherwise
from tools.review.resolution import resolve, unknown_conditions
from tools.review.templates import TemplateError, read_environments, read_folder

BUCKET = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


def put(path: Path, template: Any = BUCKET) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(template), encoding="utf-8")


def properties(template: dict[str, Any]) -> dict[str, Any]:
    resolved = resolve({"Resources": {"R": {"Type": "A::B::C", "Properties": template.pop("Properties")}}, **template})
    found: dict[str, Any] = resolved["Resources"]["R"]["Properties"]
    return found


def test_a_folder_of_bare_templates(tmp_path: Path) -> None:
    put(tmp_path / "one.template.json")
    put(tmp_path / "notes.json", {"no": "template"})
    assert read_environments(tmp_path).keys() == {""}
    assert read_folder(tmp_path).keys() == {"one"}


def test_a_cloud_assembly_with_nested_stacks_stages_and_assets(tmp_path: Path) -> None:
    put(tmp_path / "manifest.json", {})
    put(tmp_path / "top.template.json")
    put(tmp_path / "topInner.nested.template.json")
    put(tmp_path / "assembly-Prod/Prod-app.template.json")
    put(tmp_path / "asset.0123/example.template.json")
    assert read_folder(tmp_path).keys() == {"top", "topInner", "assembly-Prod/Prod-app"}


def test_a_nested_stack_beside_one_of_its_name(tmp_path: Path) -> None:
    put(tmp_path / "app.template.json")
    put(tmp_path / "app.nested.template.json")
    assert read_folder(tmp_path).keys() == {"app", "app.nested"}


def test_a_folder_for_each_environment(tmp_path: Path) -> None:
    put(tmp_path / "dev/app.template.json")
    put(tmp_path / "prod/app.template.json")
    put(tmp_path / "models/current.json", {})
    assert read_environments(tmp_path).keys() == {"dev", "prod"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "no template can be read from it"),
        ("[" * 100_000, "no template can be read from it"),
        ("[]", "a template is a JSON object, not list"),
        ('{"Resources": []}', "Resources is a JSON object, not list"),
        ('{"Rules": 1}', "Rules is a JSON object, not int"),
        ('{"Outputs": {"A": null}}', "A of the Outputs is a JSON object, not NoneType"),
        ('{"Parameters": {"A": []}}', "A of the Parameters is a JSON object, not list"),
        ('{"Resources": {}, "Resources": {}}', "Resources stands twice in an object"),
        ('{"A": NaN}', "NaN is no number that CloudFormation takes"),
        ('{"A": -1e400}', "-1e400 is no number that CloudFormation takes"),
        (f'{{"A": {"9" * 400}}}', "9 is no number that CloudFormation takes"),
        ('{"Resources": {"A": {}}}', "resource A has no Type"),
        ('{"Resources": {"A": {"Type": "X", "Properties": 1}}}', "the Properties of A are a JSON object"),
    ],
)
def test_what_is_no_template_is_a_sentence(content: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "a.template.json").write_text(content)
    with pytest.raises(TemplateError, match=complaint):
        read_environments(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no such folder"):
        read_environments(tmp_path / "none")


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ({"Ref": "Size"}, "m5"),
        ({"Ref": "Count"}, "3"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "Image"}, "{{resolve:ssm:/aws/ami}}"),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        ({"Fn::Sub": "ml.${Size}.${AWS::Region}"}, {"Fn::Sub": "ml.m5.${AWS::Region}"}),
        ({"Fn::Sub": ["${A}-${B}", {"A": "x", "B": {"Ref": "Size"}}]}, "x-m5"),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        (
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Fn::GetAtt": ["B", "Name"]}]]},
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${B.Name}"},
        ),
        ({"Fn::Join": [",", ["a", "b"]]}, "a,b"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::Join": ["", [{"Ref": "B"}]]}, {"Ref": "B"}),
        ({"Fn::GetAtt": "B.Arn"}, {"Fn::GetAtt": ["B", "Arn"]}),
        ({"Fn::FindInMap": ["Sizes", "prod", "memory"]}, 512),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 512),
        (
            {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "memory"]},
            {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "memory"]},
        ),
        ({"Fn::If": ["IsProd", 1, 2]}, 1),
        ({"Fn::If": ["IsNotProd", 1, 2]}, 2),
        ({"Fn::If": ["Here", 1, {"Ref": "Size"}]}, {"Fn::If": ["Here", 1, "m5"]}),
        ([{"Fn::If": ["IsNotProd", 1, {"Ref": "AWS::NoValue"}]}, 2], [2]),
    ],
)
def test_what_a_value_means(value: Any, meaning: Any) -> None:
    template = {
        "Parameters": {
            "Size": {"Type": "String", "Default": "m5"},
            "Count": {"Type": "Number", "Default": 3},
            "Stage": {"Type": "String", "Default": "prod"},
            "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
            "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/ami"},
        },
        "Mappings": {"Sizes": {"prod": {"memory": 512}}},
        "Conditions": {
            "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "IsNotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
            "Here": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
        },
        "Properties": {"P": value},
    }
    assert properties(template)["P"] == meaning


def test_a_resource_whose_condition_is_false_is_not_there() -> None:
    template = {
        "Parameters": {"Backups": {"Type": "String", "Default": "no"}},
        "Conditions": {
            "Off": {"Fn::Equals": [{"Ref": "Backups"}, "yes"]},
            "On": {"Fn::Or": [{"Condition": "Off"}, {"Fn::Equals": ["a", "a"]}]},
        },
        "Resources": {"A": {"Type": "X", "Condition": "Off"}, "B": {"Type": "X", "Condition": "On"}},
    }
    assert resolve(template)["Resources"] == {"B": {"Type": "X"}}


def test_conditions_that_name_each_other_end() -> None:
    circle = {"A": {"Fn::Not": [{"Condition": "B"}]}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    assert resolve({"Conditions": circle, "Resources": {"R": {"Type": "X", "Condition": "A"}}})["Resources"]
    assert set(unknown_conditions({"Conditions": circle})) == {"A", "B"}


def test_conditions_that_repeat_each_other_are_compared_without_writing_them_out() -> None:
    def template(region: str) -> dict[str, Any]:
        first = {"C0": {"Fn::Equals": [{"Ref": "AWS::Region"}, region]}}
        others = {f"C{n}": {"Fn::Or": [{"Condition": f"C{n - 1}"}] * 10} for n in range(1, 60)}
        return {"Conditions": {**others, **first, "Same": {"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]}}}

    assert asked_otherwise(template("eu-west-1"), template("us-east-1")) == {f"C{n}" for n in range(60)}
    assert not asked_otherwise(template("eu-west-1"), template("eu-west-1"))
