"""Write the templates of both sides of a change into folders: `python -m tools.assemblies --base main`.

`build/diff/base` and `build/diff/head` get a folder for each environment with what `tools.diff --assemblies` reads,
templates alone and no assets, and beside them the manifest of the model. So a workflow can synthesise a pull request in
one job and judge the templates, which are then data, in another one. Runs offline and without credentials.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from stacks.settings import ENVIRONMENTS as SETTINGS
from tools.assembly import MANIFEST, AssemblyError, Checkout, commit_id, extract, write_side
from training.common.terminal import prepare_terminal

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = tuple(SETTINGS)
SIDES = ("base", "head")
CACHE = ROOT / "build/review-base"
"""Templates of the last base: those of a commit do not change."""


def write_sides(base: str, sides: Sequence[str], environments: Sequence[str], output: Path) -> str:
    """Write the sides, at the same time: the commit that `base` names, and this checkout.

    Parameters
    ----------
    base
        A branch, tag or commit.
    output
        Gets a folder for each side.

    Returns
    -------
    str
        The base for people: its name and commit.

    Raises
    ------
    AssemblyError
        If git does not know the base, or a side cannot be synthesised.
    """
    commit = commit_id(ROOT, base)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(len(SIDES)) as workers:
        head, jobs = Checkout(folder=ROOT, name="this checkout"), []
        known = CACHE / _identity(commit, environments)
        if "head" in sides:
            processes = 2 if sides == ("head",) or known.is_dir() else 1
            write = partial(write_side, processes=processes)
            jobs.append(workers.submit(write, head, environments, ROOT / MANIFEST, output / "head"))
        if "base" in sides:
            if not known.is_dir():
                checkout = extract(ROOT, commit, Path(temporary) / "checkout")
                jobs.append(workers.submit(_write_and_keep, checkout, environments, output / "base", known))
            else:
                shutil.copytree(known, output / "base", dirs_exist_ok=True)
        for job in jobs:
            job.result()
    return f"{base} ({commit[:12]})"


def _identity(commit: str, environments: Sequence[str]) -> str:
    """What the templates of a commit depend on: the commit, the libraries, and a manifest for want of its own."""
    manifest = Path(os.environ.get("DIGITS_MANIFEST") or ROOT / MANIFEST)
    made_from = [commit, sys.version, *environments]
    made_from += [str(path.read_bytes()) for path in (ROOT / "uv.lock", manifest) if path.is_file()]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def _write_and_keep(checkout: Checkout, environments: Sequence[str], output: Path, known: Path) -> None:
    """Write the templates of a commit, and keep them for the next review against it; only the last are kept."""
    write_side(checkout, environments, ROOT / MANIFEST, output)
    shutil.rmtree(CACHE, ignore_errors=True)
    kept = known.with_suffix(f".{os.getpid()}")
    shutil.copytree(output, kept)
    kept.rename(known)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.assemblies", description="Synthesise the templates of two revisions."
    )
    parser.add_argument("--base", default="main", metavar="REF", help="branch, tag or commit of the base (main)")
    parser.add_argument("--only", choices=SIDES, help="synthesise only this one; head is this checkout")
    parser.add_argument("--output", type=Path, default=ROOT / "build/diff", metavar="FOLDER", help="(build/diff)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns 0, or 2 when a side cannot be synthesised."""
    prepare_terminal()
    options = _parse(arguments)
    sides = (options.only,) if options.only else SIDES
    try:
        write_sides(options.base, sides, ENVIRONMENTS, options.output)
    except AssemblyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for side in sides:
        print(f"wrote {options.output / side}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
