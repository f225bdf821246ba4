"""Every command line that is suggested has the build folder and the environment of the one that was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.commands.command_line import main
from training.commands.stream import StreamOptions, _command
from training.common.invocation import Invocation
from training.common.paths import BuildPaths


@pytest.fixture(autouse=True)
def _shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for name in ("DIGITS_BUILD", "DIGITS_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)


def refused(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main(list(command)) == 2
    return capsys.readouterr().err


def test_the_way_out_is_in_the_same_build_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "two words"
    error = refused(capsys, "--build", str(folder), "fit")
    assert error.endswith(f"run: python -m training --build '{folder}' prepare\n")


def test_the_way_out_is_in_the_same_environment(capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, "jobs", "--environment", "dev", "--follow")
    assert error.endswith("list them with: python -m training jobs --environment dev\n")
    assert refused(capsys, "jobs", "bad name", "--environment", "dev").count("--environment") == 0


def test_the_default_is_not_repeated(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    assert refused(capsys, "jobs", "--follow").endswith("list them with: python -m training jobs\n")


def test_only_commands_that_have_an_environment_get_it() -> None:
    invocation = Invocation(
        paths=BuildPaths(build=Path("here")), environment="dev", with_environment=frozenset({"publish", "dead-letters"})
    )
    text = (
        "run: python -m training package, then: python -m training publish --channels; python -m training dead-letters"
    )
    told = invocation.repeated(text)
    assert told == (
        "run: python -m training --build here package, then: python -m training --build here publish --environment dev"
        " --channels; python -m training --build here dead-letters --environment dev"
    )
    assert invocation.repeated(told) == told


def test_digits_of_a_folder_are_continued_from_that_folder() -> None:
    command = _command(StreamOptions(source=Path("my digits"), count=10), done=4)
    assert command == "stream --from 'my digits' --seed 1 --shift 2 --start 4 --count 6"
