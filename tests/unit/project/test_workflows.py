"""The workflows of GitHub Actions, read as text: pinned, without credentials, and safe on pull requests from forks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.diff_report import COMMENT_CHARACTERS_MAX, MARKER

FOLDER = Path(__file__).resolve().parents[3] / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))


def workflow(name: str) -> str:
    """A workflow without its comments."""
    text = (FOLDER / name).read_text()
    return "\n".join(re.sub(r"(^|\s)#.*$", "", line) for line in text.splitlines())


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text()


def test_there_are_five() -> None:
    assert [path.name for path in WORKFLOWS] == [
        "check.yml",
        "diff-comment.yml",
        "diff.yml",
        "emulator.yml",
        "exhaustive.yml",
    ]


def test_actions_are_pinned_by_commit_and_say_their_version(text: str) -> None:
    uses = re.findall(r"uses: (.*)", text)
    assert uses
    for line in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_nothing_is_permitted_that_a_job_does_not_ask_for(text: str) -> None:
    assert "\npermissions: {}\n" in text
    assert "write-all" not in text
    assert "id-token" not in text


def test_there_are_no_secrets(text: str) -> None:
    assert "secrets." not in text
    assert "aws-actions" not in text


def test_checkouts_leave_no_token_behind(text: str) -> None:
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_no_expression_is_pasted_into_a_script(text: str) -> None:
    scripts = re.findall(r"^ +(?:- )?run: (.*)$", text, re.MULTILINE) + text.partition("script: |")[2].splitlines()
    assert [line for line in scripts if "${{" in line] == []


@pytest.mark.parametrize("name", ["check.yml", "diff.yml", "emulator.yml"])
def test_what_runs_the_code_of_a_pull_request_may_only_read(name: str) -> None:
    assert "pull_request_target" not in workflow(name)
    assert re.findall(r"^ {6}([a-z-]+: (?:read|write))$", workflow(name), re.MULTILINE) == ["contents: read"]


def test_what_may_write_runs_no_code_of_the_pull_request() -> None:
    commenting = workflow("diff-comment.yml")
    assert "checkout" not in commenting
    assert not re.search(r"\brun: ", commenting)
    assert "pull.head.sha !== run.head_sha" in commenting
    assert "/^[1-9][0-9]{0,9}$/.test(number)" in commenting


def test_the_tests_of_the_emulator_run_when_it_or_the_lock_changes() -> None:
    paths = re.findall(r"^ {6}- ([^ :\n]+)$", workflow("emulator.yml"), re.MULTILINE)
    once = ["packages/sagemaker-local/**", "uv.lock", "Makefile", ".github/workflows/emulator.yml"]
    assert paths == [*once, *once]  # of pushes and of pull requests


def test_both_halves_agree_on_the_comment() -> None:
    commenting = workflow("diff-comment.yml")
    assert f"const MARKER = '{MARKER}';" in commenting
    assert f"const CHARACTERS_MAX = {COMMENT_CHARACTERS_MAX};" in commenting
    assert "workflows: [diff]" in commenting
    assert "name: diff" in workflow("diff.yml")
