"""Application and emulator each have a table of the container's hyperparameters; what they print is the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def printed(*arguments: str) -> dict[str, Any]:
    """The JSON that a program of this environment prints."""
    command = [sys.executable, "-m", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    schema: dict[str, Any] = json.loads(ended.stdout)
    return schema


def test_the_rules_of_the_application_are_those_of_the_emulated_container() -> None:
    ours = printed("training.model.hyperparameter_schema")
    theirs = printed("sagemaker_local.training_container", "--print-hyperparameters")
    assert ours["properties"] == theirs["properties"]
    assert ours["aliases"] == theirs["aliases"]
    assert theirs["required"] == ["num_round"]
