"""What the CDK CLI says of the difference between two templates, and which of it destroys something.

The CLI calls every replacement destructive. Some are how this application works: a new model gets a new Model,
EndpointConfig and role, and the endpoint moves over to them without interruption. Those are listed apart.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.assembly import AssemblyError
from tools.cdk import cdk_command, cdk_environment

ENDPOINT_MOVES = "the endpoint moves over to the new one without interruption"
INTENDED = (
    (r"AWS::SageMaker::Model", r".*", r"will be replaced", ENDPOINT_MOVES),
    (r"AWS::SageMaker::EndpointConfig", r".*", r"will be replaced", ENDPOINT_MOVES),
    (r"AWS::IAM::Role", r"ServingExecutionRole\w+", r"will be replaced", ENDPOINT_MOVES),
    (
        r"AWS::ApiGateway::Deployment",
        r".*",
        r"will be (destroyed|orphaned)",
        "the stage moves over to a new deployment",
    ),
)
"""Type, logical id and impact of changes that the CLI calls destructive and that destroy nothing, and why."""

_FOUND = re.compile(r"destructive change\(s\) \(--fail-on=destructive\):\n(?P<lines>(?:  \S.*\n)+)")
_LINE = re.compile(r"  \S+: (?P<what>.+) (?P<impact>(?:will|may) be (?:replaced|destroyed|orphaned))(?: \(.*\))?$")


@dataclass(frozen=True, kw_only=True)
class DestructiveChange:
    """One resource that will or may be replaced, destroyed or left behind."""

    resource_type: str
    logical_id: str
    impact: str

    @property
    def intended(self) -> str | None:
        """Why nothing is lost, or None if something is."""
        for kind, name, impact, why in INTENDED:
            found = zip((kind, name, impact), (self.resource_type, self.logical_id, self.impact), strict=True)
            if all(re.fullmatch(pattern, text) for pattern, text in found):
                return why
        return None

    def __str__(self) -> str:
        return f"{self.resource_type} {self.logical_id} {self.impact}"


@dataclass(frozen=True, kw_only=True)
class StackDiff:
    """The difference of one stack in one environment.

    Attributes
    ----------
    kind
        `unchanged`, `changed`, `new` or `removed`.
    text
        The CLI's own words; empty when nothing changed.
    destructive
        What it calls destructive, intended or not.
    """

    environment: str
    stack: str
    kind: str
    text: str = ""
    destructive: tuple[DestructiveChange, ...] = ()

    @property
    def dangers(self) -> list[DestructiveChange]:
        """The destructive changes that are not intended."""
        return [change for change in self.destructive if change.intended is None]


def compare(environment: str, stack: str, base: Path | None, head: Path | None) -> StackDiff:
    """Compare two templates of a stack; None where the stack does not exist.

    Raises
    ------
    AssemblyError
        If the CLI fails, or says something that is not understood.
    """
    if head is None:
        return _removed(environment, stack, base)
    if base is not None and base.read_bytes() == head.read_bytes():
        return StackDiff(environment=environment, stack=stack, kind="unchanged")
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "empty.template.json"
        nothing.write_text('{"Resources": {}}')
        code, text = _cdk_diff(stack, base or nothing, head)
    destructive = parse_destructive(text)
    if (code != 0) != bool(destructive):
        msg = f"'cdk diff' of {stack} ended with exit code {code}, which does not fit its words:\n{text}"
        raise AssemblyError(msg)
    kind = "changed" if base else "new"
    return StackDiff(environment=environment, stack=stack, kind=kind, text=_shown(text), destructive=destructive)


def parse_destructive(text: str) -> tuple[DestructiveChange, ...]:
    """Read the list of destructive changes at the end of what `cdk diff --fail-on destructive` says.

    Raises
    ------
    AssemblyError
        If there is a list and a line of it is not understood: better no answer than a wrong one.
    """
    found = _FOUND.search(text)
    if found is None:
        return ()
    return tuple(map(_parse_line, found["lines"].splitlines()))


def _parse_line(line: str) -> DestructiveChange:
    match = _LINE.fullmatch(line)
    if match is None:
        msg = f"this line of 'cdk diff' is not understood: {line!r}; was the CDK CLI updated?"
        raise AssemblyError(msg)
    resource_type, *_, logical_id = match["what"].split()
    return DestructiveChange(resource_type=resource_type, logical_id=logical_id, impact=match["impact"])


def _removed(environment: str, stack: str, base: Path | None) -> StackDiff:
    resources = json.loads(base.read_text())["Resources"] if base else {}
    changes = tuple(
        DestructiveChange(
            resource_type=resource["Type"],
            logical_id=name,
            impact="will be orphaned" if resource.get("DeletionPolicy") == "Retain" else "will be destroyed",
        )
        for name, resource in resources.items()
    )
    lines = "\n".join(f"[-] {change}" for change in changes)
    text = f"Stack {stack} is not in the application any more; 'cdk deploy' leaves it, 'cdk destroy' removes\n{lines}"
    return StackDiff(environment=environment, stack=stack, kind="removed", text=text, destructive=changes)


def _cdk_diff(stack: str, base: Path, head: Path) -> tuple[int, str]:
    arguments = ["diff", stack, "--exclusively", "--app", str(head.parent), "--template", str(base)]
    arguments += ["--fail-on", "destructive", "--no-color", "--no-notices"]
    done = subprocess.run(
        cdk_command(arguments), env=cdk_environment(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr


def _shown(text: str) -> str:
    """The part that a person reads: without the heading, the totals and the list that is told in our own words."""
    body = text.partition("✨")[0]
    lines = [line.rstrip() for line in body.splitlines() if not line.startswith(("Stack ", "(NOTE: There may be"))]
    return "\n".join(lines).strip("\n")
