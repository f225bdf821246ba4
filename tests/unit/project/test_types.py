"""The type checker analyses every module of the CDK that the stacks use."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_what_the_stacks_use_of_the_cdk_is_analysed() -> None:
    sources = [ROOT / "app.py", *(path for part in ("stacks", "tests") for path in (ROOT / part).rglob("*.py"))]
    used = {
        name
        for path in sources
        for name in re.findall(r"^from aws_cdk import (aws_\w+)", path.read_text(), re.MULTILINE)
    }
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (analysed,) = [each["module"] for each in overrides if each.get("follow_imports") == "normal"]
    assert {f"aws_cdk.{name}.*" for name in used} == {name for name in analysed if ".aws_" in name}
