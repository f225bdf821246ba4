"""Write the reference of the settings into docs/settings.md: `python -m tools.settings_reference`.

Every class of settings that an environment may hold, with its fields, their defaults, and what their docstrings say.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stacks.settings import Settings
from tools.command_line import take_no_options
from training.common.terminal import prepare_terminal

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/settings.md"
BEGIN = "<!-- written by python -m tools.settings_reference -->"
REQUIRED = "(required)"


def reference() -> str:
    """The reference as Markdown: a section for each class."""
    return "\n\n".join(_section(kind) for kind in _classes(Settings, {}))


def with_reference(document: str) -> str:
    """A document with the reference in place of what follows its mark."""
    return f"{document.partition(BEGIN)[0]}{BEGIN}\n\n{reference()}\n"


def _classes(kind: type, seen: dict[type, None]) -> dict[type, None]:
    """A class and those that its fields hold, in the order in which they are found."""
    if kind not in seen:
        seen[kind] = None
        for hint in typing.get_type_hints(kind).values():
            for inner in _parts_of(hint):
                if dataclasses.is_dataclass(inner):
                    _classes(inner, seen)
    return seen


def _parts_of(hint: Any) -> Iterator[type]:
    if typing.get_args(hint):
        for inner in typing.get_args(hint):
            yield from _parts_of(inner)
    elif isinstance(hint, type):
        yield hint


def _section(kind: type) -> str:
    says = inspect.getdoc(kind) or ""
    summary, told = says.partition("\n\n")[0].replace("\n", " "), _attributes(says)
    rows = [
        f"| `{field.name}` | {_default(field)} | {_escaped(told.get(field.name, ''))} |"
        for field in dataclasses.fields(kind)
    ]
    head = f"### {kind.__name__}\n\n{summary}"
    return "\n".join([f"{head}\n", "| setting | default | meaning |", "|---|---|---|", *rows]) if rows else head


def _attributes(docstring: str) -> dict[str, str]:
    """What the section `Attributes` of a docstring says, by name; several names may share a text."""
    section = docstring.partition("Attributes\n----------\n")[2]
    found: dict[str, str] = {}
    for names, text in re.findall(r"^(\S.*)\n((?:[ ]+.*\n?)+)", section, re.MULTILINE):
        found |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return found


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    elif field.default is not dataclasses.MISSING:
        value = field.default
    else:
        return REQUIRED
    if dataclasses.is_dataclass(value):
        return f"[`{type(value).__name__}`](#{type(value).__name__.lower()})"
    return f"`{value if isinstance(value, enum.Enum) else repr(value)}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write it; returns the exit code."""
    prepare_terminal()
    take_no_options("tools.settings_reference", __doc__)
    DOCUMENT.write_text(with_reference(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
