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
from collections.abc import Sequence
from pathlib import Path

from tools.assembly import MANIFEST, AssemblyError, Checkout, synthesise
from tools.environments import environment_name
from tools.review.change import Template
from tools.review.cost.report import as_json, as_text
from tools.review.templates import SUFFIX, TemplateError, read_folder
from training.common.terminal import prepare_terminal

ROOT = Path(__file__).resolve().parent.parent


def templates_of(environment: str) -> dict[str, Template]:
    """Synthesise an environment of this checkout; templates by stack.

    Raises
    ------
    AssemblyError
        If it cannot be synthesised.
    """
    checkout = Checkout(folder=ROOT, name="this checkout")
    with tempfile.TemporaryDirectory() as temporary:
        synthesise(checkout, [environment], ROOT / MANIFEST, Path(temporary))
        return read_folder(Path(temporary) / environment)


def templates_in(folder: Path) -> dict[str, Template]:
    """All templates below a folder, by the name of their file.

    Raises
    ------
    AssemblyError
        If there is none.
    TemplateError
        If one cannot be read.
    """
    templates = read_folder(folder)
    if not templates:
        msg = f"there is no file *{SUFFIX} below {folder}"
        raise AssemblyError(msg)
    return templates


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description="Show what an environment costs.")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--env", default="dev", type=environment_name, help="environment of this checkout (dev)")
    whose.add_argument("--assembly", type=Path, metavar="DIR", help="templates of another application: a cdk.out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code: 0, or 2 after an error."""
    prepare_terminal()
    options = _parse(arguments)
    day = datetime.datetime.now(datetime.UTC).date()
    try:
        templates = templates_in(options.assembly) if options.assembly else templates_of(options.env)
    except (AssemblyError, TemplateError) as error:
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
