"""The diff of a pull request: what the CDK CLI says is read, judged and told; its templates are compared elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tools.diff_report import COMMENT_CHARACTERS_MAX, MARKER, as_markdown, as_text, verdict
from tools.stack_diff import DestructiveChange, StackDiff, parse_destructive

from tools.assembly import AssemblyError, Checkout, commit_id, extract, synthesise

WORDS = """Stack digits-prod-inference
Resources
[~] AWS::SageMaker::Model Serving/Model ServingModel2BFB7A72 replace

✨  Number of stacks with differences: 1

❌  Found 4 destructive change(s) (--fail-on=destructive):
  digits-prod-inference: AWS::SageMaker::Model Serving/Model ServingModel2BFB7A72 will be replaced
  digits-prod-inference: AWS::S3::Bucket DataBucketE6B0FAA8 will be orphaned
  digits-prod-inference: AWS::SSM::Parameter BucketName BucketName742CD8B0 may be replaced
  digits-prod-inference: AWS::IAM::Role A/B AB1234 will be destroyed (moved to x.y, run 'cdk refactor' to keep it)

"""


def change(kind: str, name: str, impact: str) -> DestructiveChange:
    return DestructiveChange(resource_type=kind, logical_id=name, impact=impact)


BUCKET = change("AWS::S3::Bucket", "DataBucketE6B0FAA8", "will be orphaned")
MODEL = change("AWS::SageMaker::Model", "ServingModel2BFB7A72", "will be replaced")


def diff(stack: str = "digits-prod-storage", text: str = "[~] something", *changes: DestructiveChange) -> StackDiff:
    return StackDiff(environment="prod", stack=stack, kind="changed", text=text, destructive=changes)


def same(stack: str = "digits-dev-api") -> StackDiff:
    return StackDiff(environment="dev", stack=stack, kind="unchanged")


def test_the_list_of_the_cli_is_read() -> None:
    assert parse_destructive(WORDS) == (
        MODEL,
        BUCKET,
        change("AWS::SSM::Parameter", "BucketName742CD8B0", "may be replaced"),
        change("AWS::IAM::Role", "AB1234", "will be destroyed"),
    )
    assert parse_destructive("There were no differences\n") == ()


def test_a_line_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(AssemblyError, match="is not understood"):
        parse_destructive("destructive change(s) (--fail-on=destructive):\n  stack: AWS::S3::Bucket X will explode\n")


@pytest.mark.parametrize(
    ("destructive", "intended"),
    [
        (MODEL, True),
        (change("AWS::SageMaker::EndpointConfig", "ServingConfig79E8D9DE", "will be replaced"), True),
        (change("AWS::IAM::Role", "ServingExecutionRole3FF479F4", "will be replaced"), True),
        (change("AWS::ApiGateway::Deployment", "ServiceRestApiDeployment1", "will be destroyed"), True),
        (BUCKET, False),
        (change("AWS::SageMaker::Model", "ServingModel2BFB7A72", "will be destroyed"), False),
        (change("AWS::SageMaker::Model", "ServingModel2BFB7A72", "may be replaced"), False),
        (change("AWS::SageMaker::Endpoint", "ServingEndpointC149CBA2", "will be replaced"), False),
        (change("AWS::IAM::Role", "PredictionRole1", "will be replaced"), False),
        (change("AWS::ApiGateway::RestApi", "ServiceRestApi9A9E75B4", "will be destroyed"), False),
    ],
)
def test_only_what_loses_nothing_is_intended(destructive: DestructiveChange, intended: bool) -> None:
    assert (destructive.intended is not None) is intended


@pytest.mark.parametrize(
    ("diffs", "sentence"),
    [
        ([same(), same()], "no difference in 2 stacks"),
        ([same(), diff()], "1 of 2 stacks differ, nothing is destroyed"),
        ([diff("a", "", MODEL)], "1 of 1 stacks differ, nothing is destroyed"),
        ([diff("a", "", BUCKET, MODEL)], "1 of 1 stacks differ, and 1 changes are DESTRUCTIVE"),
    ],
)
def test_the_verdict(diffs: list[StackDiff], sentence: str) -> None:
    assert verdict(diffs) == sentence


def test_the_text_has_what_differs_and_not_what_does_not() -> None:
    text = as_text([same(), diff("digits-prod-storage", "[-] the bucket", BUCKET, MODEL)], "main")
    assert "[-] the bucket" in text
    assert "DESTRUCTIVE: AWS::S3::Bucket DataBucketE6B0FAA8 will be orphaned" in text
    assert "intended: AWS::SageMaker::Model" in text
    assert "digits-dev-api" not in text
    assert text.splitlines()[-1].startswith("Compared with main: ")


def test_the_comment_starts_with_its_marker_and_destruction_comes_first() -> None:
    comment = as_markdown([same(), diff("b-harmless"), diff("a-destructive", "x", BUCKET)], "main")
    assert comment.startswith(f"{MARKER}\n")
    assert comment.index("<details open><summary>a-destructive: destructive") < comment.index("b-harmless: changed")
    assert "- **destructive**: `AWS::S3::Bucket DataBucketE6B0FAA8 will be orphaned`" in comment
    assert "| dev | digits-dev-api | same |" in comment
    assert "<summary>digits-dev-api" not in comment


def test_account_ids_are_taken_out_of_the_comment() -> None:
    comment = as_markdown([diff("a", "arn:aws:iam::222222222222:role/x 1234567890123 99")], "main")
    assert "222222222222" not in comment
    assert "arn:aws:iam::<account>:role/x 1234567890123 99" in comment


def test_a_fence_in_a_difference_does_not_end_the_block() -> None:
    comment = as_markdown([diff("a", "```\n</details>\n````")], "main")
    assert comment.count("`````") == 2


@pytest.mark.parametrize("size", [100, 70_000, 1_000_000])
def test_the_comment_fits(size: int) -> None:
    text = "\n".join(["x" * 99] * (size // 100))
    comment = as_markdown([diff("a", text), diff("b", text, BUCKET)], "main")
    assert len(comment) <= COMMENT_CHARACTERS_MAX
    assert comment.rstrip().endswith("</details>")
    assert "AWS::S3::Bucket DataBucketE6B0FAA8" in comment
    assert ("the rest is shown by 'make diff'" in comment) is (size > COMMENT_CHARACTERS_MAX)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "README.md").write_text("first")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", *command], cwd=folder, check=True)  # noqa: S607
    return folder


def test_a_commit_is_written_into_a_folder(repository: Path, tmp_path: Path) -> None:
    commit = commit_id(repository, "HEAD")
    (repository / "README.md").write_text("changed, and not committed")
    checkout = extract(repository, commit, tmp_path / "base")
    assert (checkout.folder / "README.md").read_text() == "first"
    assert checkout.name == commit[:12]


@pytest.mark.parametrize("reference", ["nowhere", "--all", ""])
def test_an_unknown_base_is_a_sentence(reference: str, repository: Path) -> None:
    with pytest.raises(AssemblyError, match=f"base is '{reference}', which git does not know here"):
        commit_id(repository, reference)


def test_a_commit_without_an_application_has_no_stacks(repository: Path, tmp_path: Path) -> None:
    checkout = extract(repository, commit_id(repository, "HEAD"), tmp_path / "base")
    assert synthesise(checkout, "local", tmp_path / "none.json", tmp_path / "cdk.out") == {}


def test_an_application_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import sys\nsys.exit('error: the manifest is missing')\n")
    (tmp_path / "cdk.json").write_text('{"context": {}}')
    with pytest.raises(AssemblyError, match="base cannot be synthesised for dev:\nerror: the manifest is missing"):
        synthesise(Checkout(folder=tmp_path, name="base"), "dev", tmp_path / "none.json", tmp_path / "cdk.out")
