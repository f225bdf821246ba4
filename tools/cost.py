"""What an environment costs in a month: `python -m tools.cost --env dev`, what `make cost` runs.

Offline and without credentials: the environment is synthesised, and its resources are priced by a table in this
repository (tools/review/cost/prices.toml). `--assembly DIR` prices the templates of any CDK application instead.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.assembly import MANIFEST, AssemblyError, Checkout, synthesise
from tools.review.change import Template
from tools.review.cost.report import as_json, as_text

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "dev", "prod")
SUFFIX = ".template.json"


def templates_of(environment: str) -> dict[str, Template]:
    """Synthesise an environment of this checkout; templates by stack."""
    checkout = Checkout(folder=ROOT, name="this checkout")
    with tempfile.TemporaryDirectory() as temporary:
        paths = synthesise(checkout, environment, ROOT / MANIFEST, Path(temporary) / "assembly")
        return read(paths)


def read(paths: Mapping[str, Path]) -> dict[str, Template]:
    """Read templates.

    Raises
    ------
    AssemblyError
        If one of them is no JSON object.
    """
    templates: dict[str, Template] = {}
    for stack, path in paths.items():
        try:
            template = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise AssemblyError(f"{path} cannot be read as a template: {error}") from error
        if not isinstance(template, dict):
            raise AssemblyError(f"{path} is no template: it is not a JSON object")
        templates[stack] = template
    return templates


def templates_in(folder: Path) -> dict[str, Template]:
    """All templates below a folder, by the name of their file.

    Raises
    ------
    AssemblyError
        If there is none.
    """
    paths = {path.name.removesuffix(SUFFIX): path for path in sorted(folder.rglob(f"*{SUFFIX}"))}
    if not paths:
        raise AssemblyError(f"there is no file *{SUFFIX} below {folder}")
    return read(paths)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description="Show what an environment costs.")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--env", default="dev", choices=ENVIRONMENTS, help="environment of this checkout (dev)")
    whose.add_argument("--assembly", type=Path, metavar="DIR", help="templates of another application: a cdk.out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code: 0, or 2 when it cannot be told."""
    options = _parse(arguments)
    day = datetime.datetime.now(datetime.UTC).date()
    try:
        templates = templates_in(options.assembly) if options.assembly else templates_of(options.env)
    except AssemblyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    title = str(options.assembly or options.env)
    if options.json:
        print(json.dumps(as_json(templates, title, day), indent=2))
    else:
        print(as_text(templates, title, day))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
