"""The environment of emulated functions, made from one in which everything of this project is installed."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sagemaker_local.daemon import function_environment

_SHOW = """
import importlib.metadata, importlib.util, json, sys
found = sorted(each.name for each in importlib.metadata.distributions())
print(json.dumps([found, [name for name in sys.argv[1:] if importlib.util.find_spec(name)], sys.version]))
"""
_SDK = ["boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"]


def _seen(python: Path, *modules: str) -> Sequence[object]:
    command = [str(python), "-c", _SHOW, *modules]
    answer = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return list(json.loads(answer.stdout))


def test_it_has_the_sdk_and_nothing_else(tmp_path: Path) -> None:
    python = function_environment.make(tmp_path / "functions")
    modules = ("boto3", "dateutil", "cryptography", "numpy", "pip", "pytest", "xgboost")
    assert _seen(python, *modules) == [_SDK, ["boto3", "dateutil"], sys.version]


def test_it_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    function_environment.make(tmp_path / "functions")
    assert _seen(function_environment.make(tmp_path / "functions", ["six"]))[0] == ["six"]


def test_what_an_extra_would_need_is_left_out() -> None:
    assert sorted(function_environment.closure(["boto3"])) == _SDK


def test_what_is_not_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(importlib.metadata.PackageNotFoundError, match="no-such-package"):
        function_environment.make(tmp_path / "functions", ["no-such-package"])
