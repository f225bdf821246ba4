"""Write the templates of a checkout without network, credentials or bundling: what `make diff` compares.

Runs that checkout's own `app.py` in its own process, with this Python environment.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.process_environment import for_node, for_templates

MANIFEST = Path("models/current.json")
READ = ("*.template.json", "manifest.json")
"""What a review reads of a cloud assembly."""
SYNTHESIS = Path(__file__).with_name("synthesis.py")


class AssemblyError(Exception):
    """Templates cannot be made; the text is for the user."""


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The files of one commit, or of the working tree."""

    folder: Path
    name: str

    @property
    def has_app(self) -> bool:
        """Whether there is an application to synthesise; the first commits have none."""
        return (self.folder / "app.py").exists()


def commit_id(repository: Path, reference: str) -> str:
    """The commit that a branch, tag or id names.

    Raises
    ------
    AssemblyError
        If git does not know it, or does not read this repository; its own words are in the text.
    """
    command = [_git(), "rev-parse", "--verify", "--end-of-options", f"{reference}^{{commit}}"]
    variables = {**os.environ, "LC_ALL": "C"}  # its words in the language that is looked for below
    done = subprocess.run(
        command, cwd=repository, env=variables, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode and "Needed a single revision" not in done.stderr:
        msg = f"git cannot read the repository in {repository}; it says: {done.stderr.strip()}"
        raise AssemblyError(msg)
    if done.returncode:
        msg = (
            f"base is {reference!r}, which is not in this repository: give a branch, a tag or a commit with BASE=..., "
            "or fetch it first with 'git fetch origin'"
        )
        raise AssemblyError(msg)
    return done.stdout.strip()


def extract(repository: Path, commit: str, folder: Path) -> Checkout:
    """Write the files of a commit into a folder."""
    done = subprocess.run([_git(), "archive", commit], cwd=repository, capture_output=True, check=False)
    if done.returncode:
        msg = f"git cannot give the files of {commit}; it says: {done.stderr.decode(errors='replace').strip()}"
        raise AssemblyError(msg)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        # Python before 3.11.4, which Debian 12 has, knows no extraction filters; the archive is git's own.
        options: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        files.extractall(folder, **options)  # noqa: S202
    return Checkout(folder=folder, name=commit[:12])


def _git() -> str:
    program = shutil.which("git")
    if program is None:
        msg = "git is not installed, and the base is read from it"
        raise AssemblyError(msg)
    return program


def synthesise(checkout: Checkout, environments: Sequence[str], manifest: Path, folder: Path) -> None:
    """Write the templates of a checkout in every environment.

    Parameters
    ----------
    manifest
        The manifest to use when the checkout has promoted none.
    folder
        Below it, a folder for each environment gets its cloud assembly; none when the checkout has no application.

    Raises
    ------
    AssemblyError
        If its `app.py` fails; its own words are in the text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not checkout.has_app:
        return
    own = checkout.folder / MANIFEST
    variables = {
        **for_node(for_templates(os.environ)),
        "CDK_CONTEXT_JSON": json.dumps(_context(checkout)),
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "CDK_VALIDATION": "false",
        "DIGITS_MANIFEST": os.environ.get("DIGITS_MANIFEST") or str(own if own.exists() else manifest),
    }
    command = [sys.executable, str(SYNTHESIS), str(folder), *environments]
    done = subprocess.run(
        command, cwd=checkout.folder, env=variables, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        msg = f"{checkout.name} cannot be synthesised {_cause(done.stderr)}"
        raise AssemblyError(msg)


def write_side(
    checkout: Checkout, environments: Sequence[str], fallback: Path, output: Path, *, processes: int = 1
) -> None:
    """Write the templates of a checkout in every environment, and its manifest; what was there before is removed.

    Parameters
    ----------
    fallback
        The manifest to use when the checkout has promoted none.
    output
        Gets a folder for each environment, without assets, and `models/current.json` where a model is promoted.
    processes
        How many synthesise at the same time; each starts the CDK's library, which takes seconds.

    Raises
    ------
    AssemblyError
        If its `app.py` fails.
    """
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(processes) as workers:
        shares = [environments[number::processes] for number in range(processes)]
        folders = [Path(temporary) / f"process-{number}" for number in range(processes)]
        for _ in workers.map(lambda share, folder: synthesise(checkout, share, fallback, folder), shares, folders):
            pass
        for environment in environments:
            (output / environment).mkdir()
            for folder in folders:
                _copy_templates(folder / environment, output / environment)
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


def _cause(words: str) -> str:
    """The lines that say what is wrong when the policy rules or our own checks refuse; all the words otherwise."""
    lines = [line.strip() for line in words.splitlines()]
    told = [line for line in lines if line.startswith(("for ", "ERROR ", "Acknowledge with", "error: "))]
    return "\n".join(told) if len(told) > 1 else words.strip()


def _context(checkout: Checkout) -> dict[str, object]:
    """What the CDK CLI would hand over: the flags of cdk.json. Nothing is bundled, copied or traced to its source."""
    flags: dict[str, object] = json.loads((checkout.folder / "cdk.json").read_text(encoding="utf-8"))["context"]
    return {
        **flags,
        "aws:cdk:bundling-stacks": [],
        "aws:cdk:disable-asset-staging": True,
        "aws:cdk:disable-stack-trace": True,
        "aws:cdk:version-reporting": False,
    }
