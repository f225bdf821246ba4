"""Show what this checkout would change in AWS: `python -m tools.diff --base main`, what `make diff` runs.

Offline and without credentials: both sides are synthesised in every environment, and the CDK CLI compares stack by
stack. The exit code is 0 when nothing is destroyed, 1 when something is, 2 when it cannot be told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.assembly import MANIFEST, AssemblyError, Checkout, commit_id, extract, synthesise
from tools.diff_report import as_markdown, as_text
from tools.stack_diff import StackDiff, compare

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "dev", "prod")
WORKERS = 2


def diff_checkouts(base: Checkout, head: Checkout, environments: Sequence[str], folder: Path) -> list[StackDiff]:
    """Synthesise and compare two checkouts.

    Parameters
    ----------
    folder
        Where both cloud assemblies go.
    """
    with ThreadPoolExecutor(WORKERS) as workers:
        pairs = workers.map(lambda environment: _templates(base, head, environment, folder), environments)
        jobs = [
            (environment, stack, old.get(stack), new.get(stack))
            for environment, (old, new) in zip(environments, pairs, strict=True)
            for stack in dict.fromkeys([*new, *old])
        ]
        return list(workers.map(lambda job: compare(*job), jobs))


def _templates(
    base: Checkout, head: Checkout, environment: str, folder: Path
) -> tuple[dict[str, Path], dict[str, Path]]:
    old, new = (
        synthesise(side, environment, head.folder / MANIFEST, folder / f"{environment}-{which}")
        for which, side in (("base", base), ("head", head))
    )
    return old, new


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.diff", description="Show what this checkout would change.")
    parser.add_argument("--base", default="main", metavar="REF", help="branch, tag or commit to compare with (main)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a comment for a pull request")
    parser.add_argument("--environment", action="append", choices=ENVIRONMENTS, help="only this one; can be repeated")
    return parser.parse_args(arguments)


def _show(diffs: Sequence[StackDiff], base: str, markdown: Path | None) -> Iterator[str]:
    yield as_text(diffs, base)
    if markdown is not None:
        markdown.parent.mkdir(parents=True, exist_ok=True)
        markdown.write_text(as_markdown(diffs, base), encoding="utf-8")
        yield f"wrote {markdown}"


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    options = _parse(arguments)
    try:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            commit = commit_id(ROOT, options.base)
            base = extract(ROOT, commit, folder / "checkout")
            head = Checkout(folder=ROOT, name="this checkout")
            diffs = diff_checkouts(base, head, options.environment or ENVIRONMENTS, folder)
    except AssemblyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in _show(diffs, f"{options.base} ({base.name})", options.markdown):
        print(line)
    return 1 if any(diff.dangers for diff in diffs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
