"""Every program answers `--help` at once and refuses what it does not know, before it starts, writes or deletes."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HANDED_ON = {"tools/cdk.py", "tools/node.py"}
"""Their arguments are those of the program that they start."""

STARTERS = {"tools/lab.py", "tools/snapshots.py"}
"""They have options of another program, which refuses what it does not know."""

PEERS = {"benchmarks/fit.py", "benchmarks/upload_reading.py"}
"""They import what only the environment of the benchmarks has."""

PROGRAMS = {
    path.relative_to(ROOT).as_posix()
    for folder in ("tools", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
} - HANDED_ON | {"lambda_src/http_api/openapi.py", "training/model/hyperparameter_schema.py", "training/__main__.py"}


def run(program: str, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a program as `python FILE ...` would; returns its exit code."""
    monkeypatch.setattr(sys, "argv", [str(ROOT / program), *arguments])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / program), run_name="__main__")
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize("program", sorted(PROGRAMS - PEERS))
def test_help_is_answered(program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(program, "--help", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out.lstrip().lower().startswith("usage: ")


@pytest.mark.parametrize("program", sorted(PROGRAMS - PEERS - STARTERS))
def test_an_unknown_option_is_refused(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(program, "--no-such-option", monkeypatch=monkeypatch) == 2
    assert "error: " in capsys.readouterr().err
