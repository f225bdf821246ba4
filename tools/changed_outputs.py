"""Which stacks have to be deployed again because what they refer to has another value now.

References between stacks are weak (docs/architecture.md): the text in the consumer's template stays the same when the
producer's resource was replaced, so the CDK CLI sees nothing to deploy. Strong references need none of this.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SUFFIX = ".template.json"
_FILE = "outputs-before.json"

Outputs = Mapping[str, Mapping[str, str]]
"""By the name of a stack: its outputs, by their names."""


def templates_in(assembly: Path) -> dict[str, Any]:
    """The templates of a cloud assembly, by the names of their stacks."""
    return {
        path.name.removesuffix(SUFFIX): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(assembly.glob(f"*{SUFFIX}"))
    }


def remember(folder: Path, now: Outputs) -> Outputs:
    """Keep the outputs from before a deployment in a file, until `forget`; the oldest count, of an attempt that failed.

    Parameters
    ----------
    folder
        Where the file is, one for each environment.
    now
        The outputs of the stacks as they are.

    Returns
    -------
    Outputs
        Those with which consumers may have been deployed last.
    """
    file = folder / _FILE
    earlier = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    before = {stack: {**outputs, **earlier.get(stack, {})} for stack, outputs in now.items()}
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(before), encoding="utf-8")
    return before


def forget(folder: Path) -> None:
    """The deployment came to its end, and every consumer has the values of now."""
    (folder / _FILE).unlink(missing_ok=True)


def changed(before: Outputs, after: Outputs) -> frozenset[tuple[str, str]]:
    """Stack and name of the outputs that had another value before; what is new has no consumer with an old value."""
    return frozenset(
        (stack, name)
        for stack, outputs in before.items()
        for name, value in outputs.items()
        if name in after.get(stack, {}) and after[stack][name] != value
    )


def consumers(templates: Mapping[str, Any], outputs: frozenset[tuple[str, str]]) -> list[str]:
    """Names of the stacks whose templates refer weakly to one of these outputs, in the order of the templates."""
    return [stack for stack, template in templates.items() if outputs & frozenset(_references(template))]


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        reference = value.get("Fn::GetStackOutput")
        if isinstance(reference, dict):
            yield str(reference.get("StackName")), str(reference.get("OutputName"))
        for item in value.values():
            yield from _references(item)
