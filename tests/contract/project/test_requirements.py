"""The requirements files that pip reads hold what `uv.lock` holds: the command that wrote each runs again, offline."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from stacks.shared.locked_packages import find_uv

ROOT = Path(__file__).resolve().parents[3]
FILES = [
    "requirements.txt",
    "lambda_src/requirements.txt",
    "lambda_src/requirements-stream.txt",
    "lambda_src/requirements-pictures.txt",
]
COMMAND = re.compile(r"^#    uv (export --frozen .*) -o (\S+)$", re.MULTILINE)


def _without_header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_the_lock_says(name: str) -> None:
    text = (ROOT / name).read_text()
    ((arguments, written),) = COMMAND.findall(text)
    assert written == name
    command = [str(find_uv()), *shlex.split(arguments), "--offline", "--no-config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _without_header(text) == _without_header(done.stdout), "run 'make lock'"


def test_make_lock_writes_them() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"-o (\S*requirements\S*\.txt)", makefile) == FILES


def test_requirements_hold_what_deploys_and_trains() -> None:
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert {"aws-cdk-lib", "cdk-nag", "constructs", "boto3", "numpy", "typer"} <= set(names)
    assert not {"sagemaker-local", "pytest", "uv"} & set(names)
