"""Every property of every template of this project has a rule, and mutated templates hide no danger."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.shared.node import node_binary
from tools.process_environment import for_node
from tools.review import iam, resources, rules
from tools.review.change import Risk
from tools.review.resolution import resolve
from tools.review.review import review
from tools.review.values import is_function

ROOT = Path(__file__).resolve().parents[3]
SNAPSHOTS = ROOT / "tests/synth/__snapshots__/test_snapshots"
TEMPLATES = {path.stem: json.loads(path.read_text()) for path in sorted(SNAPSHOTS.glob("*.json"))}

BY_NAME = {
    "Tags": "nothing decides by tags",
    "Description": "a text for people",
    "PipelineDescription": "a text for people",
}
"""Properties for which no type needs a rule of its own: the general rules of these names say why in a review, too."""

GUARDS: dict[str, tuple[str, ...]] = {
    "AWS::S3::Bucket": ("PublicAccessBlockConfiguration", "BucketEncryption", "VersioningConfiguration"),
    "AWS::S3::BucketPolicy": (),
    "AWS::SQS::Queue": ("RedrivePolicy",),
    "AWS::DynamoDB::Table": ("PointInTimeRecoverySpecification",),
    "AWS::ApiGateway::Authorizer": (),
    "AWS::CloudWatch::Alarm": ("AlarmActions",),
    "AWS::EC2::FlowLog": (),
    "AWS::CloudFront::OriginAccessControl": (),
    "AWS::CloudFront::ResponseHeadersPolicy": (),
    "AWS::KMS::Key": ("EnableKeyRotation",),
    "AWS::Cognito::UserPool": ("Policies", "AdminCreateUserConfig", "MfaConfiguration"),
    "AWS::SageMaker::Endpoint": ("DeploymentConfig",),
    "AWS::SageMaker::Model": ("EnableNetworkIsolation", "VpcConfig"),
    "AWS::SageMaker::NotebookInstance": ("RootAccess", "KmsKeyId", "SecurityGroupIds"),
    "AWS::Lambda::EventSourceMapping": ("DestinationConfig",),
    "AWS::Lambda::Permission": ("SourceArn", "SourceAccount"),
}
"""Types that guard something, with properties that do."""

REPLACING = """
const database = require('@aws-cdk/aws-service-spec').loadAwsServiceSpecSync();
const pairs = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const replaces = ([type, name]) => {
  const found = database.lookup('resource', 'cloudFormationType', 'equals', type);
  return found.length === 1 && found.only().properties[name]?.causesReplacement === 'yes';
};
process.stdout.write(JSON.stringify(pairs.filter(replaces)));
"""


def paths(value: Any, path: str) -> Iterator[str]:
    """The rule paths of everything that a value consists of, the value itself last."""
    if isinstance(value, dict) and not is_function(value):
        for name, inner in value.items():
            yield from paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict) and not is_function(item):
                yield from paths(item, f"{path}[]")
    else:
        yield path
        return
    if path:
        yield path


def ruled(resource_type: str, path: str) -> bool:
    """Whether a rule speaks for a path or for something that it is a part of."""
    names = path.split(".")
    for count in range(1, len(names) + 1):
        for prefix in {".".join(names[:count]), ".".join(names[:count]).removesuffix("[]")}:
            if iam.is_policy(resource_type, prefix) or rules.property_rule(resource_type, prefix) is not None:
                return True
    return names[0].removesuffix("[]") in BY_NAME


def leaves() -> set[tuple[str, str]]:
    """Type and path of every value of every template that has no parts."""
    found = set()
    for template in TEMPLATES.values():
        for resource in template["Resources"].values():
            inner = {path for name, value in resource.get("Properties", {}).items() for path in paths(value, name)}
            outer = {path for path in inner if any(other.startswith((f"{path}.", f"{path}[]")) for other in inner)}
            found |= {(resource["Type"], path) for path in inner - outer}
    return found


def replacing(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the types and properties for which CloudFormation's schema says that the resource is replaced."""
    done = subprocess.run(
        [str(node_binary()), "-e", REPLACING],
        input=json.dumps(pairs),
        cwd=ROOT,
        env=for_node(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return {(kind, name) for kind, name in json.loads(done.stdout)}


def test_there_are_templates() -> None:
    assert len(TEMPLATES) == 26


@pytest.mark.slow
def test_every_property_has_a_rule() -> None:
    without = [(kind, path) for kind, path in sorted(leaves()) if not ruled(kind, path)]
    replaced = replacing(without)
    assert [f"{kind} {path}" for kind, path in without if (kind, path) not in replaced] == []


@pytest.mark.parametrize("table", ["REMOVED", "ADDED", "REPLACED"])
def test_every_type_has_a_rule_for_the_whole_resource(table: str) -> None:
    types = {resource["Type"] for template in TEMPLATES.values() for resource in template["Resources"].values()}
    known = getattr(rules, table)
    without = {kind for kind in types if rules.whole_rule(known, kind) is None and kind not in resources.STATEFUL}
    # The setting of an account for its APIs has nothing by which CloudFormation would replace it.
    assert {kind for kind in without if kind not in iam.POLICY_PROPERTIES} <= {"AWS::ApiGateway::Account"}


def test_every_attribute_of_a_resource_is_known() -> None:
    attributes = {name for template in TEMPLATES.values() for each in template["Resources"].values() for name in each}
    assert attributes <= {"Type", "Properties", *resources.ATTRIBUTES}


def mutations(template: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What loses data or lowers a guard, for every resource with state and every guard of a template."""
    for name, resource in template["Resources"].items():
        stateful = resource["Type"] in resources.STATEFUL
        if stateful or resource["Type"] in GUARDS:
            without = {key: value for key, value in template["Resources"].items() if key != name}
            yield f"{name} removed", name, {**template, "Resources": without}
        if stateful:
            renamed = {key if key != name else f"{key}2": value for key, value in template["Resources"].items()}
            yield f"{name} renamed", name, {**template, "Resources": renamed}
            if resource.get("DeletionPolicy") == "Retain":
                yield f"{name} not retained", name, changed(template, name, DeletionPolicy="Delete")
        for guard in GUARDS.get(resource["Type"], ()):
            if guard in resource.get("Properties", {}):
                properties = {key: value for key, value in resource["Properties"].items() if key != guard}
                yield f"{name} without {guard}", name, changed(template, name, Properties=properties)


def changed(template: dict[str, Any], name: str, **attributes: Any) -> dict[str, Any]:
    resource = {**template["Resources"][name], **attributes}
    return {**template, "Resources": {**template["Resources"], name: resource}}


PROD = {name: template for name, template in TEMPLATES.items() if "prod-" in name}


@pytest.mark.slow
def test_no_danger_is_called_harmless() -> None:
    base, head, dangerous = {}, {}, []
    for stack, template in PROD.items():
        for what, name, mutated in mutations(template):
            case = f"{stack}: {what}"
            base[case], head[case] = resolve(template), resolve(mutated)
            dangerous.append((case, name))
    told = {(change.stack, change.logical_id) for change in review({"": base}, {"": head}).dangers}
    assert len(dangerous) > 100
    assert [case for case in dangerous if case not in told] == []


@pytest.mark.slow
def test_a_text_for_people_is_harmless() -> None:
    noted = {
        stack: {
            **template,
            "Description": "another",
            "Resources": {
                name: {**resource, "Metadata": {"note": "another"}} for name, resource in template["Resources"].items()
            },
        }
        for stack, template in PROD.items()
    }
    found = review({"": PROD}, {"": noted})
    assert found.worst is Risk.HARMLESS
    assert len(found.changes) == sum(len(template["Resources"]) + 1 for template in PROD.values())
