"""The command that reviews a change: two folders, or a commit and this checkout, and how it ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.assembly import AssemblyError, Checkout, commit_id, extract, synthesise
from tools.diff import main

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}


def folder(path: Path, *, stack: str = "app", **resources: Any) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / f"{stack}.template.json").write_text(json.dumps({"Resources": resources}))
    return path


def with_versioning(status: str) -> dict[str, Any]:
    return {**BUCKET, "Properties": {"VersioningConfiguration": {"Status": status}}}


def compare(base: Path, head: Path, *options: str) -> int:
    return main(["--assemblies", str(base), str(head), *options])


def test_a_danger_ends_with_1_and_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = folder(tmp_path / "base", Bucket=BUCKET)
    head = folder(tmp_path / "head", Bucket=with_versioning("Suspended"))
    files = {"--json": tmp_path / "out/review.json", "--markdown": tmp_path / "out/comment.md"}
    assert compare(base, head, *(str(word) for pair in files.items() for word in pair)) == 1
    document = json.loads(files["--json"].read_text())
    assert document["worst"] == "data-loss"
    (change,) = document["changes"]
    assert change["property"] == "VersioningConfiguration.Status"
    assert (change["action"], change["before"], change["after"]) == ("modify", "Enabled", "Suspended")
    assert change["environments"] == []
    assert "1 change needs your eyes" in files["--markdown"].read_text()
    assert "data-loss (1)" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("classes", "code"), [("access,cost", 0), ("data-loss", 1), ("", 0)])
def test_what_fails_is_chosen(classes: str, code: int, tmp_path: Path) -> None:
    base = folder(tmp_path / "base", Bucket=BUCKET)
    assert compare(base, folder(tmp_path / "head"), "--fail-on", classes) == code


def test_the_same_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = folder(tmp_path / "base", Bucket=BUCKET)
    assert compare(base, folder(tmp_path / "head", Bucket=BUCKET)) == 0
    assert capsys.readouterr().out == "no difference in 1 stack\n"


@pytest.mark.slow
def test_what_is_the_same_in_two_environments_is_told_once(tmp_path: Path) -> None:
    for side, status in (("base", "Enabled"), ("head", "Suspended")):
        for name in ("dev", "prod"):
            folder(tmp_path / side / name, stack=f"app-{name}-data", Bucket=with_versioning(status))
    assert compare(tmp_path / "base", tmp_path / "head", "--json", str(tmp_path / "review.json")) == 1
    (change,) = json.loads((tmp_path / "review.json").read_text())["changes"]
    assert (change["environments"], change["stack"]) == (["dev", "prod"], "app-*-data")


@pytest.mark.slow
def test_a_stack_that_is_gone_and_one_that_is_new(tmp_path: Path) -> None:
    base = folder(tmp_path / "base", stack="old", Bucket=BUCKET)
    head = folder(tmp_path / "head", stack="new", Bucket=BUCKET)
    assert compare(base, head, "--json", str(tmp_path / "review.json")) == 1
    changes = json.loads((tmp_path / "review.json").read_text())["changes"]
    assert {(change["stack"], change["logical_id"], change["action"]): change["risk"] for change in changes} == {
        ("old", "Bucket", "remove"): "data-loss",
        ("old", "old", "remove"): "cost",
        ("new", "Bucket", "add"): "harmless",
    }


@pytest.mark.parametrize("content", ["{", "[]", '{"Resources": {"A": 1}}'])
def test_what_cannot_be_told_ends_with_2_and_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = folder(tmp_path / "base", Bucket=BUCKET)
    (base / "app.template.json").write_text(content)
    assert compare(base, base) == 2
    assert capsys.readouterr().err.startswith(f"error: {base / 'app.template.json'}: ")


def nested(depth: int, value: int) -> str:
    return '{"Resources": {}, "Metadata": ' + "[" * depth + str(value) + "]" * depth + "}"


@pytest.mark.slow
def test_what_is_nested_too_deeply_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, head = (folder(tmp_path / name) for name in ("base", "head"))
    for side, value in ((base, 1), (head, 2)):
        (side / "app.template.json").write_text(nested(800, value))
    assert compare(base, head, "--json", str(tmp_path / "review.json")) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_an_error_that_nobody_thought_of_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_arguments: Any, **_more: Any) -> None:
        msg = "here"
        raise KeyError(msg)

    monkeypatch.setattr("tools.diff.review_folders", fails)
    assert compare(tmp_path, tmp_path) == 2
    assert "does not understand a template: KeyError: 'here' (test_diff_tool.py:" in capsys.readouterr().err


def test_no_template_on_either_side_cannot_be_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(tmp_path, tmp_path) == 2
    assert "has a template" in capsys.readouterr().err


@pytest.mark.slow
def test_loops_in_every_section_are_unknown(tmp_path: Path) -> None:
    base, head = (tmp_path / name for name in ("base", "head"))
    for side, names in ((base, ["a"]), (head, ["b"])):
        folder(side)
        loop = {"Fn::ForEach::Each": ["Name", names, {}]}
        (side / "app.template.json").write_text(json.dumps({"Resources": loop, "Outputs": loop}))
    assert compare(base, head, "--json", str(tmp_path / "review.json")) == 0
    changes = json.loads((tmp_path / "review.json").read_text())["changes"]
    assert [(change["type"], change["risk"]) for change in changes] == [
        ("Fn::ForEach", "unknown"),
        ("Outputs", "unknown"),
    ]


@pytest.mark.slow
def test_a_resource_on_which_the_engine_fails_counts_as_replaced(tmp_path: Path) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}}
    base = folder(tmp_path / "base", constructor=table)
    head = folder(tmp_path / "head", constructor={**table, "Properties": {"TableName": "b"}})
    assert compare(base, head) == 1


@pytest.mark.slow
def test_a_name_in_the_table_of_costs_cannot_mark_anything_up(tmp_path: Path) -> None:
    evil = "t3.micro |\n<!-- @all"
    machine = {"Type": "AWS::EC2::Instance", "Properties": {"InstanceType": "t3.micro"}}
    after = {**machine, "Properties": {"InstanceType": evil}}
    base, head = (folder(tmp_path / name) for name in ("base", "head"))
    for side, resource in ((base, machine), (head, after)):
        (side / "app.template.json").write_text(json.dumps({"Resources": {"A`|<b>": resource}}))
    compare(base, head, "--markdown", str(tmp_path / "comment.md"))
    told = (tmp_path / "comment.md").read_text().partition("cdk diff")[0]
    assert "<details><summary>Cost" in told
    assert "\n<!-- @all" not in told
    assert "| ``A`\\|<b>``: t3.micro → t3.micro \\| &lt;\\!-- @\u200ball |" in told


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(tmp_path / "none", tmp_path) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_an_unknown_class(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--fail-on", "danger"])
    assert end.value.code == 2
    assert "'danger' is not a valid Risk; expected some of data-loss,interruption" in capsys.readouterr().err


@pytest.mark.slow
def test_a_model_card_that_lies_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, head = folder(tmp_path / "base"), folder(tmp_path / "head")
    (head / "models").mkdir()
    (head / "models/current.json").write_text('{"artifact": {"key": "models/0/model.tar.gz"}}')
    assert compare(base, head) == 1
    assert "the card of the model is refused" in capsys.readouterr().out


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository"
    path.mkdir()
    (path / "README.md").write_text("first")
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", *command], cwd=path, check=True)  # noqa: S607
    return path


def test_a_commit_is_written_into_a_folder(repository: Path, tmp_path: Path) -> None:
    commit = commit_id(repository, "HEAD")
    (repository / "README.md").write_text("changed, and not committed")
    checkout = extract(repository, commit, tmp_path / "base")
    assert (checkout.folder / "README.md").read_text() == "first"
    assert checkout.name == commit[:12]


@pytest.mark.parametrize("reference", ["nowhere", "--all", ""])
def test_an_unknown_base_is_a_sentence(reference: str, repository: Path) -> None:
    with pytest.raises(AssemblyError, match=f"base is '{reference}', which is not in this repository"):
        commit_id(repository, reference)


def test_a_commit_without_an_application_has_no_stacks(repository: Path, tmp_path: Path) -> None:
    checkout = extract(repository, commit_id(repository, "HEAD"), tmp_path / "base")
    synthesise(checkout, ["local"], tmp_path / "none.json", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_application_that_fails_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import sys\nsys.exit('error: the manifest is missing')\n")
    (tmp_path / "cdk.json").write_text('{"context": {}}')
    with pytest.raises(AssemblyError, match="base cannot be synthesised for dev:\nerror: the manifest is missing"):
        synthesise(Checkout(folder=tmp_path, name="base"), ["dev"], tmp_path / "none.json", tmp_path / "out")
