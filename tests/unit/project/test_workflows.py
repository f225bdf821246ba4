"""The workflows of GitHub Actions, read as text: pinned, without keys, and safe on pull requests from forks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from stacks.shared.node import node_binary

FOLDER = Path(__file__).resolve().parents[3] / ".github/workflows"
SCRIPT = FOLDER.parent / "scripts/review.cjs"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
WITH_ROLES = ("deploy.yml", "drift.yml")
"""Those that take a role in an AWS account."""

DEPLOYS = ("dev", "review", "prod")
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (FOLDER.parents[1] / "Makefile").read_text(), re.MULTILINE))


def workflow(name: str) -> str:
    """A workflow without its comments."""
    text = (FOLDER / name).read_text()
    return "\n".join(re.sub(r"(^|\s)#.*$", "", line) for line in text.splitlines())


def job(name: str, key: str) -> str:
    """One job of a workflow, without its comments."""
    (text,) = re.findall(rf"^  {key}:\n((?:(?:    .*)?\n)+)", f"{workflow(name)}\n", re.MULTILINE)
    return str(text)


def permissions(text: str) -> set[str]:
    return set(re.findall(r"^ {6}([a-z-]+: (?:read|write))$", text, re.MULTILINE))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text()


def test_there_are_seven() -> None:
    assert [path.name for path in WORKFLOWS] == [
        "check.yml",
        "deploy.yml",
        "diff-comment.yml",
        "diff.yml",
        "drift.yml",
        "emulator.yml",
        "exhaustive.yml",
    ]


def test_actions_are_pinned_by_commit_and_say_their_version(text: str) -> None:
    uses = re.findall(r"\buses: (.*)", text)
    assert uses
    for line in uses:
        assert re.fullmatch(r"(aws-)?actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_nothing_is_permitted_that_a_job_does_not_ask_for(text: str) -> None:
    assert "\npermissions: {}\n" in text
    assert "write-all" not in text


def test_there_are_no_secrets(text: str) -> None:
    assert "secrets." not in text
    assert "aws-access-key-id" not in text


def test_no_other_workflow_may_take_a_role() -> None:
    for path in WORKFLOWS:
        assert ("id-token" in path.read_text()) == (path.name in WITH_ROLES), path.name
        assert ("aws-actions" in path.read_text()) == (path.name in WITH_ROLES), path.name


@pytest.mark.parametrize("name", WITH_ROLES)
def test_what_takes_a_role_runs_what_is_on_main_in_an_environment(name: str) -> None:
    text = workflow(name)
    (triggers,) = re.findall(r"^on:\n((?:  .*\n)+)", text, re.MULTILINE)
    assert "pull_request" not in triggers
    assert "workflow_run" not in triggers
    assert not re.search(r"\bref: ", text)
    assert "github.ref == 'refs/heads/main'" in text
    jobs = re.findall(r"^  ([a-z]+):\n    name: ", text, re.MULTILINE)
    for key in jobs:
        steps = job(name, key)
        assert permissions(steps) == {"contents: read", "id-token: write"}, key
        assert "    environment: " in steps, key
        # What is installed and trained runs before the job has a role.
        assert steps.index("run: make ") < steps.index("aws-actions/"), key


def test_prod_waits_for_its_review_and_the_review_for_dev() -> None:
    environments = {
        key: re.findall(r"^    environment: (\S+)", job("deploy.yml", key), re.MULTILINE) for key in DEPLOYS
    }
    assert environments == {"dev": ["dev"], "review": ["prod-review"], "prod": ["prod"]}
    assert "needs: dev" in job("deploy.yml", "review")
    assert "needs: review" in job("deploy.yml", "prod")
    assert "make deploy" not in job("deploy.yml", "review")
    assert "--accept" not in workflow("deploy.yml")


def test_prod_is_deployed_by_one_run_at_a_time_and_never_by_an_older_one() -> None:
    """Runs wait for approval side by side, and may be approved in any order."""
    steps = job("deploy.yml", "prod")
    assert "group: deploy-prod" in steps
    assert "cancel-in-progress: false" in steps
    assert steps.index("newest.cjs") < steps.index("run: make ")


@pytest.mark.parametrize("name", [*WITH_ROLES, "check.yml", "diff.yml", "emulator.yml", "exhaustive.yml"])
def test_what_a_workflow_runs_is_a_make_target(name: str) -> None:
    lines = re.findall(r"\brun: (.*)", workflow(name))
    ours = [line for line in lines if not line.startswith(("brew install ", "mkdir -p "))]
    assert ours
    for line in ours:
        assert line.startswith("make "), line
        words = [word for word in line.replace('"', " ").split()[1:] if re.fullmatch(r"[a-z-]+", word)]
        assert words, line
        assert words[0] in TARGETS, line


def test_checkouts_leave_no_token_behind(text: str) -> None:
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def _scripts_of(text: str) -> list[str]:
    blocks: list[str] = re.findall(r"^ +script: \|\n((?: {12}.*\n)+)", text, re.MULTILINE)
    return "".join(blocks).splitlines()


def test_no_expression_is_pasted_into_a_script(text: str) -> None:
    scripts = re.findall(r"^ +(?:- )?run: (.*)$", text, re.MULTILINE) + _scripts_of(text)
    assert [line for line in scripts if "${{" in line] == []


@pytest.mark.parametrize("name", ["check.yml", "diff.yml", "emulator.yml"])
def test_what_runs_the_code_of_a_pull_request_may_only_read(name: str) -> None:
    assert "pull_request_target" not in workflow(name)
    assert re.findall(r"^ {6}([a-z-]+: (?:read|write))$", workflow(name), re.MULTILINE) == ["contents: read"]


def test_what_is_synthesised_of_a_pull_request_is_a_make_target_and_data_to_the_other_half() -> None:
    synthesis = workflow("diff.yml")
    assert re.findall(r"run: (make .*)", synthesis) == ['make assemblies ARGS="--only head"']
    assert "name: assemblies" in synthesis
    assert workflow("diff-comment.yml").count("name: assemblies\n") == 2
    assert "workflows: [diff]" in workflow("diff-comment.yml")


def test_what_judges_may_only_read_and_runs_the_code_of_the_base() -> None:
    judging = job("diff-comment.yml", "judge")
    assert permissions(judging) == {"actions: read", "contents: read"}
    assert re.findall(r"\bref: (.*)", judging) == ["${{ needs.find.outputs.base }}"]
    assert [line for line in re.findall(r"run: (.*)", judging) if not line.startswith(("make ", "test -z "))] == []
    assert 'find "$FOLDER" ! -type f ! -type d' in judging


def test_what_may_write_runs_the_script_of_the_base_alone() -> None:
    telling = job("diff-comment.yml", "tell")
    assert permissions(telling) == {"actions: read", "contents: read", "pull-requests: write", "statuses: write"}
    for text in (telling, job("diff-comment.yml", "find")):
        assert not re.search(r"\brun: ", text)
        assert not re.search(r"^ +ref: ", text, re.MULTILINE)  # the default: the base, or the default branch
        assert "sparse-checkout: .github/scripts" in text
    assert "write" not in job("diff-comment.yml", "find")
    assert "write" not in job("diff-comment.yml", "judge")


def test_nothing_of_the_head_is_checked_out_where_more_is_permitted() -> None:
    text = workflow("diff-comment.yml")
    assert "head.sha" not in text
    assert "head_sha" not in text
    assert "refs/pull" not in text


@pytest.mark.parametrize("name", ["review", "newest"])
def test_the_scripts_do_what_they_should(name: str) -> None:
    tests = Path(__file__).with_name(f"{name}.test.mjs")
    done = subprocess.run([node_binary(), "--test", tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_labels_are_those_that_the_page_on_reviewing_names() -> None:
    page = (FOLDER.parents[1] / "docs/reviewing.md").read_text()
    source = SCRIPT.read_text()
    for danger in ("data-loss", "interruption", "access"):
        assert f"`accepted: {danger}`" in page
        assert f'"{danger}"' in source


def test_the_tests_of_the_emulator_run_when_it_or_the_lock_changes() -> None:
    paths = re.findall(r"^ {6}- ([^ :\n]+)$", workflow("emulator.yml"), re.MULTILINE)
    once = ["packages/sagemaker-local/**", "uv.lock", "Makefile", ".github/workflows/emulator.yml"]
    assert paths == [*once, *once]  # of pushes and of pull requests
