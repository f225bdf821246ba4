"""Synthesise the application for tests: every environment once in a run, offline, of one fixed manifest."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from stacks.shared.node import node_binary

# Before anything imports aws_cdk: jsii runs the Node that is found on the path otherwise.
os.environ.setdefault("JSII_NODE", str(node_binary()))

import aws_cdk as cdk

from app import build_app
from contract.manifest import Manifest, read_manifest
from stacks.policy.rules import check_policies
from stacks.settings import ENVIRONMENTS, Settings

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "tests/fixtures/manifest.json"
PARTS = ("storage", "training", "stream", "inference", "identity", "web", "upload", "api", "notebook", "operations")

Json = dict[str, Any]


def context() -> Json:
    """The flags that the CDK CLI reads from cdk.json, and no bundling of functions."""
    flags: Json = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**flags, "aws:cdk:bundling-stacks": []}


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The written templates of one environment."""

    settings: Settings
    folder: Path

    def template(self, part: str) -> Json:
        """The template of the stack of a part, such as `storage`."""
        document: Json = json.loads(self.template_path(part).read_text())
        return document

    def template_path(self, part: str) -> Path:
        """Where that template was written."""
        return self.folder / f"{self.settings.stack_name(part)}.template.json"

    @cached_property
    def report(self) -> Json:
        """What the policy rules found."""
        document: Json = json.loads((self.folder / "validation-report.json").read_text())
        return document

    def resources(self, kind: str, *parts: str) -> dict[str, Json]:
        """Every resource of a CloudFormation type, by its logical id; in all stacks, or those of `parts`."""
        return {
            name: resource
            for part in parts or self.settings.parts.stacks
            for name, resource in self.template(part)["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str) -> Json:
        """The properties of the one resource of that type."""
        (resource,) = self.resources(kind).values()
        properties: Json = resource["Properties"]
        return properties


def synthesise(environment: str, folder: Path) -> Assembly:
    """Write the templates of an environment; the policy rules run, CloudFormation's validation does not."""
    settings = ENVIRONMENTS[environment]
    app = make_app(settings, folder)
    check_policies(app, settings)
    app.synth()
    return Assembly(settings=settings, folder=folder)


def synthesise_once(environment: str, folder: Path) -> Assembly:
    """The same, unless another process of this run has written them there already."""
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return Assembly(settings=ENVIRONMENTS[environment], folder=folder)
        made = synthesise(environment, folder)
        done.touch()
    return made


def environments_with(part: str) -> list[str]:
    """The names of the environments that have a part, a field of `stacks.parts.Parts`."""
    return [name for name, settings in ENVIRONMENTS.items() if getattr(settings.parts, part)]


def make_app(settings: Settings, folder: Path, *, manifest: Manifest | None = None) -> cdk.App:
    """The application of a manifest, or of the fixed one, not yet written, and without the policy rules."""
    return build_app(
        settings,
        manifest or read_manifest(MANIFEST),
        outdir=str(folder),
        context=context(),
        builtin_cloud_formation_validation=False,
    )


def statements(assembly: Assembly, *, effect: str = "Allow") -> Iterator[tuple[str, Json]]:
    """Every policy statement with the logical id of the resource that holds it; trust policies are left out."""
    for name, policy in _policies(assembly):
        for statement in policy["Statement"]:
            if statement["Effect"] == effect:
                yield name, statement


def _policies(assembly: Assembly) -> Iterator[tuple[str, Json]]:
    for name, role in assembly.resources("AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            yield name, policy["PolicyDocument"]
    for kind in ("AWS::IAM::Policy", "AWS::S3::BucketPolicy"):
        for name, resource in assembly.resources(kind).items():
            yield name, resource["Properties"]["PolicyDocument"]


def as_list(value: Any) -> list[Any]:
    """IAM writes one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def as_text(value: Any) -> str:
    """A value with its references, as one line: the literal parts stay readable."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(as_text(part) for part in value["Fn::Join"][1])
    if isinstance(value, dict) and "Fn::GetStackOutput" in value:
        return f"<{value['Fn::GetStackOutput']['OutputName']}>"
    if isinstance(value, dict) and "Fn::ImportValue" in value:
        return f"<{value['Fn::ImportValue'].partition(':')[2]}>"
    return value if isinstance(value, str) else f"<{json.dumps(value, sort_keys=True)}>"
