"""Review what this checkout would change: `python -m tools.diff --base main`, what `make diff` runs.

Offline and without credentials: both sides are synthesised in every environment and their templates compared.
`--assemblies BASE HEAD` compares two folders of templates instead, of any CDK application. `--deployed ENVIRONMENT`
compares with what is deployed there, for which credentials have to be given that may read it.

The exit code is 0, 1 when a change is of a class of `--fail-on` or the card of the model is refused, 2 when it cannot
be told.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from tools.assemblies import ENVIRONMENTS, SIDES, write_sides
from tools.assembly import MANIFEST, AssemblyError
from tools.review import comment, report
from tools.review.change import DANGEROUS, Risk
from tools.review.differences import DifferenceError
from tools.review.review import Review, review_folders
from tools.review.templates import TemplateError
from training.common.terminal import prepare_terminal


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    options = _parse(arguments)
    try:
        found, compared_with = _review(options)
        _write(found, options, compared_with)
    except (AssemblyError, DifferenceError, TemplateError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except RecursionError:
        print("error: a template is nested too deeply to be compared", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - a traceback would end with 1, which says that there is a danger
        print(f"error: {_unexpected(error)}", file=sys.stderr)
        return 2
    with contextlib.suppress(BrokenPipeError):
        print(report.as_text(found), flush=True)
    return 1 if found.of(options.fail_on) or found.is_model_refused else 0


def _unexpected(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    return f"the review does not understand a template: {type(error).__name__}: {error} ({where})"


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
    sides.add_argument("--deployed", metavar="ENVIRONMENT", help="compare with what is deployed in an environment")
    parser.add_argument("--name", metavar="PREVIEW", help="with --deployed dev: a preview that is made from it")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a comment for a pull request")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the review for programs")
    parser.add_argument("--environment", action="append", choices=ENVIRONMENTS, help="only this one; can be repeated")
    parser.add_argument(
        "--fail-on",
        type=_risks,
        default=DANGEROUS,
        metavar="CLASSES",
        help=f"exit with 1 if there is a change of one of these ({','.join(DANGEROUS)})",
    )
    options = parser.parse_args(arguments)
    if options.name is not None and options.deployed is None:
        parser.error("--name says which preview is deployed: give --deployed too")
    return options


def _risks(text: str) -> tuple[Risk, ...]:
    try:
        return tuple(Risk(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        msg = f"{error}; expected some of {','.join(Risk)}, joined by commas"
        raise argparse.ArgumentTypeError(msg) from error


def _review(options: argparse.Namespace) -> tuple[Review, str]:
    if options.assemblies:
        base, head = options.assemblies
        return review_folders(base, head, manifest=MANIFEST), str(base)
    if options.deployed:
        # Here alone is AWS asked; its library is not loaded otherwise.
        from tools.deployed_review import review_deployed

        return review_deployed(options.deployed, options.name)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        compared_with = write_sides(options.base, SIDES, options.environment or ENVIRONMENTS, folder)
        return review_folders(folder / "base", folder / "head", manifest=MANIFEST), compared_with


def _write(found: Review, options: argparse.Namespace, compared_with: str) -> None:
    if options.markdown is not None:
        _save(options.markdown, comment.as_markdown(found, compared_with))
    if options.json is not None:
        _save(options.json, json.dumps(report.as_json(found), indent=2))


def _save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
