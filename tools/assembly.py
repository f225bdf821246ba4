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
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.node import node_environment

MANIFEST = Path("models/current.json")


class AssemblyError(Exception):
    """Templates cannot be made; the text is for a person."""


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
        If git does not know it.
    """
    command = [_git(), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = (
            f"base is {reference!r}, which git does not know here: give a branch, a tag or a commit with BASE=..., "
            "or fetch it first with 'git fetch origin'"
        )
        raise AssemblyError(msg)
    return done.stdout.strip()


def extract(repository: Path, commit: str, folder: Path) -> Checkout:
    """Write the files of a commit into a folder."""
    archive = subprocess.run([_git(), "archive", commit], cwd=repository, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
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


def synthesise(checkout: Checkout, environment: str, manifest: Path, output: Path) -> dict[str, Path]:
    """Write the templates of an environment of a checkout.

    Parameters
    ----------
    manifest
        The manifest to use when the checkout has promoted none.
    output
        Where the cloud assembly goes.

    Returns
    -------
    dict
        Template by stack name; empty when the checkout has no application.

    Raises
    ------
    AssemblyError
        If its `app.py` fails; its own words are in the text.
    """
    if not checkout.has_app:
        return {}
    own = checkout.folder / MANIFEST
    variables = {
        **node_environment(),
        "CDK_CONTEXT_JSON": json.dumps(_context(checkout)),
        "CDK_OUTDIR": str(output),
        "CDK_VALIDATION": "false",
        "DIGITS_ENVIRONMENT": environment,
        "DIGITS_MANIFEST": os.environ.get("DIGITS_MANIFEST") or str(own if own.exists() else manifest),
    }
    command = [sys.executable, "app.py"]
    done = subprocess.run(command, cwd=checkout.folder, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"{checkout.name} cannot be synthesised for {environment}:\n{_cause(done.stderr)}"
        raise AssemblyError(msg)
    return _templates(output)


def write_assemblies(sides: Mapping[Path, Checkout], environments: Sequence[str]) -> None:
    """Synthesise checkouts in every environment: below the folder of each, a folder for each environment.

    A checkout that has promoted no model gets that of the last one.

    Raises
    ------
    AssemblyError
        If one of them cannot be synthesised.
    """
    manifest = [*sides.values()][-1].folder / MANIFEST
    jobs = [(side, environment, folder / environment) for folder, side in sides.items() for environment in environments]
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        for done in [workers.submit(synthesise, side, name, manifest, output) for side, name, output in jobs]:
            done.result()


def _cause(words: str) -> str:
    """The lines that say what is wrong when the policy rules or our own checks refuse; all the words otherwise."""
    lines = [line.strip() for line in words.splitlines()]
    return (
        "\n".join(line for line in lines if line.startswith(("ERROR ", "Acknowledge with", "error: "))) or words.strip()
    )


def _context(checkout: Checkout) -> dict[str, object]:
    """What the CDK CLI would hand over: the flags of cdk.json. Nothing is bundled, no version is reported."""
    flags: dict[str, object] = json.loads((checkout.folder / "cdk.json").read_text())["context"]
    return {**flags, "aws:cdk:bundling-stacks": [], "aws:cdk:version-reporting": False}


def _templates(output: Path) -> dict[str, Path]:
    artifacts = json.loads((output / "manifest.json").read_text())["artifacts"]
    return {
        name: output / artifact["properties"]["templateFile"]
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
