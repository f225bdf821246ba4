"""`python -m tools.cost`: tables, JSON, and a sentence when it is unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import cost
from tools.assembly import AssemblyError
from tools.review.change import Template

STREAM = {"Resources": {"Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 2}}}}


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    nested = tmp_path / "assembly-stage"
    nested.mkdir()
    (nested / "stream.template.json").write_text(json.dumps(STREAM))
    return tmp_path


def test_the_templates_of_any_application(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["--assembly", str(assembly)]) == 0
    assert "21.90" in capsys.readouterr().out


def test_json(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.main(["--assembly", str(assembly), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["version"], report["total"]["at_rest"]) == (1, 21.9)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_what_cannot_be_read_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / "x.template.json").write_text(content)
    assert cost.main(["--assembly", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_an_environment_that_cannot_be_synthesised_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(environment: str) -> dict[str, Template]:
        raise AssemblyError(f"{environment} cannot be synthesised")

    monkeypatch.setattr(cost, "templates_of", refuse)
    assert cost.main(["--env", "prod"]) == 2
    assert capsys.readouterr().err == "error: prod cannot be synthesised\n"
