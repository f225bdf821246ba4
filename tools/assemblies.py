"""Write the templates of both sides of a change into folders: `python -m tools.assemblies --base main`.

`build/diff/base` and `build/diff/head` get a folder for each environment with what `tools.diff --assemblies` reads,
templates alone and no assets, and beside them the manifest of the model. So a workflow can synthesise a pull request in
one job and judge the templates, which are then data, in another one. Runs offline and without credentials.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.assembly import MANIFEST, AssemblyError, Checkout, commit_id, extract, synthesise

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "dev", "prod")
SIDES = ("base", "head")
READ = ("*.template.json", "manifest.json")
"""What a review reads of a cloud assembly."""
WORKERS = 2


def write_side(checkout: Checkout, output: Path, *, fallback: Path) -> None:
    """Write the templates of every environment of a checkout, and its manifest; what was there before is removed.

    Parameters
    ----------
    output
        Gets a folder for each environment, and `models/current.json` where the checkout has promoted a model.
    fallback
        The manifest to use when it has promoted none.

    Raises
    ------
    AssemblyError
        If its `app.py` fails.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(WORKERS) as workers:
        folders = [Path(temporary) / environment for environment in ENVIRONMENTS]
        list(workers.map(lambda folder: synthesise(checkout, folder.name, fallback, folder), folders))
        for folder in folders:
            (output / folder.name).mkdir()
            _copy_templates(folder, output / folder.name)
    own = checkout.folder / MANIFEST
    if own.is_file():
        (output / MANIFEST).parent.mkdir()
        shutil.copyfile(own, output / MANIFEST)


def _copy_templates(assembly: Path, output: Path) -> None:
    for pattern in READ:
        for path in sorted(assembly.rglob(pattern)):
            # The assets of a stack are code, which may have files of any name.
            if any(part.startswith("asset.") for part in path.relative_to(assembly).parts[:-1]):
                continue
            copy = output / path.relative_to(assembly)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.assemblies", description="Write the templates of two sides.")
    parser.add_argument("--base", default="main", metavar="REF", help="branch, tag or commit of the base (main)")
    parser.add_argument("--only", choices=SIDES, help="write this side only; head is this checkout")
    parser.add_argument("--output", type=Path, default=ROOT / "build/diff", metavar="FOLDER", help="(build/diff)")
    return parser.parse_args(arguments)


def _write(options: argparse.Namespace, side: str) -> None:
    fallback, output = ROOT / MANIFEST, options.output / side
    if side == "head":
        write_side(Checkout(folder=ROOT, name="this checkout"), output, fallback=fallback)
        return
    commit = commit_id(ROOT, options.base)
    with tempfile.TemporaryDirectory() as temporary:
        write_side(extract(ROOT, commit, Path(temporary) / "checkout"), output, fallback=fallback)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns 0, or 2 when a side cannot be synthesised."""
    options = _parse(arguments)
    try:
        for side in (options.only,) if options.only else SIDES:
            _write(options, side)
            print(f"wrote {options.output / side}")
    except AssemblyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
