"""Every command that the documents name exists: each is asked for its help."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from training.commands.command_line import main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"python -m (training(?:\.[a-z_]+)*)(?: ([a-z][a-z-]*)\b)?")
OF_THE_EMULATOR = re.compile(r"(?:^|[`(])sagemaker-local ([a-z]+)\b", re.MULTILINE)


def _commands() -> list[tuple[str, ...]]:
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    emulator = {("sagemaker_local", command) for command in OF_THE_EMULATOR.findall(text)}
    return sorted(tuple(filter(None, match)) for match in {*COMMAND.findall(text), *emulator})


@pytest.mark.parametrize("command", [each for each in _commands() if each[0] == "training"], ids=" ".join)
def test_a_documented_command_of_training_exists(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command[1:], "--help"]) == 0
    assert "usage" in capsys.readouterr().out.lower()


@pytest.mark.parametrize("command", [each for each in _commands() if each[0] != "training"], ids=" ".join)
def test_another_documented_command_exists(command: tuple[str, ...]) -> None:
    process = subprocess.run(
        [sys.executable, "-m", *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    assert "usage" in process.stdout.lower()


def test_commands_are_found() -> None:
    assert ("training", "prepare") in _commands()
    assert ("sagemaker_local", "up") in _commands()
