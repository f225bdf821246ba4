"""Review what this checkout would change: `python -m tools.diff --base main`, what `make diff` runs.

Offline and without credentials: both sides are synthesised in every environment and their templates compared.
`--assemblies BASE HEAD` compares two folders of templates instead, of any CDK application.

The exit code is 0, 1 when a change is of a class of `--fail-on`, 2 when it cannot be told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.assembly import AssemblyError, Checkout, commit_id, extract, write_assemblies
from tools.review import comment, report
from tools.review.change import DANGEROUS, Risk
from tools.review.differences import DifferenceError
from tools.review.review import Environments, Review, review
from tools.review.templates import TemplateError, read_environments

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "dev", "prod")


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    options = _parse(arguments)
    try:
        base, head, compared_with = _both_sides(options)
        found = review(base, head)
        _write(found, options, compared_with)
    except (AssemblyError, DifferenceError, TemplateError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(report.as_text(found))
    return 1 if found.of(options.fail_on) else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.diff", description="Review what this checkout would change.")
    sides = parser.add_mutually_exclusive_group()
    sides.add_argument("--base", default="main", metavar="REF", help="branch, tag or commit to compare with (main)")
    sides.add_argument(
        "--assemblies",
        nargs=2,
        type=Path,
        metavar=("BASE", "HEAD"),
        help="compare two folders of NAME.template.json files, or of such a folder for each environment",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a comment for a pull request")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the review for programs")
    parser.add_argument("--environment", action="append", choices=ENVIRONMENTS, help="only this one; can be repeated")
    parser.add_argument(
        "--fail-on",
        type=_risks,
        default=DANGEROUS,
        metavar="CLASSES",
        help=f"end with 1 if there is a change of one of these ({','.join(DANGEROUS)})",
    )
    return parser.parse_args(arguments)


def _risks(text: str) -> tuple[Risk, ...]:
    try:
        return tuple(Risk(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        msg = f"{error}; expected some of {','.join(Risk)}, joined by commas"
        raise argparse.ArgumentTypeError(msg) from error


def _both_sides(options: argparse.Namespace) -> tuple[Environments, Environments, str]:
    if options.assemblies:
        old, new = options.assemblies
        return read_environments(old), read_environments(new), str(old)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        commit = commit_id(ROOT, options.base)
        base = extract(ROOT, commit, folder / "checkout")
        head = Checkout(folder=ROOT, name="this checkout")
        environments = options.environment or ENVIRONMENTS
        write_assemblies(base, head, environments, folder)
        sides = {name: read_environments(folder / name) for name in ("base", "head")}
    return sides["base"], sides["head"], f"{options.base} ({base.name})"


def _write(found: Review, options: argparse.Namespace, compared_with: str) -> None:
    texts = {
        options.markdown: lambda: comment.as_markdown(found, compared_with),
        options.json: lambda: json.dumps(report.as_json(found), indent=2),
    }
    for path, text in texts.items():
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text()}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
