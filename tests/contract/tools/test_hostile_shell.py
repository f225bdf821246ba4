"""The tools and the tests of the tools in a shell in which everything is set: they do as without, or say a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hostile_shell import HOSTILE

ROOT = Path(__file__).resolve().parents[3]


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program of ours in that shell, without a home, from the root of the project."""
    shell = {name: value for name, value in os.environ.items() if name != "HOME"} | HOSTILE | variables
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=shell, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.mark.slow
def test_a_tool_for_the_emulator_asks_that_of_its_own_folder(tmp_path: Path) -> None:
    done = run("-m", "tools.redrive", "local", "--look", SAGEMAKER_LOCAL_STATE_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: start the emulator, and what is deployed into it, with 'make up'")
    assert "emulator not running" in done.stderr


@pytest.mark.slow
def test_a_profile_that_does_not_exist_is_one_sentence() -> None:
    variables = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), "")
    done = run("-m", "training", "publish", "--manifest", "models/current.json", **variables)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


@pytest.mark.exhaustive
def test_a_review_finds_nothing_where_nothing_has_changed(tmp_path: Path) -> None:
    written = [tmp_path / "here", tmp_path / "there"]
    plain = subprocess.run(
        [sys.executable, "-m", "tools.assemblies", "--only", "head", "--output", str(written[0])],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    hostile = run("-m", "tools.assemblies", "--only", "head", "--output", str(written[1]))
    assert (plain.returncode, hostile.returncode, hostile.stderr) == (0, 0, ""), plain.stderr
    files = [
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")} for folder in written
    ]
    assert files[0]
    assert files[0] == files[1]


@pytest.mark.exhaustive
def test_tests_that_start_an_emulator_pass() -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    done = run("-m", "pytest", "tests/contract/training/test_publish.py", *options)
    assert done.returncode == 0, done.stdout
