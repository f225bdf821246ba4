"""Both sides of a change as folders of templates, of applications that are ten lines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools.assemblies import ENVIRONMENTS, main
from tools.assembly import AssemblyError, Checkout, commit_id, write_side

APP = """
import json, os, pathlib

out = pathlib.Path(os.environ["CDK_OUTDIR"])
model = json.loads(pathlib.Path(os.environ["DIGITS_MANIFEST"]).read_text())
files = {
    "manifest.json": {"artifacts": {}},
    "digits.template.json": {"Environment": os.environ["DIGITS_ENVIRONMENT"], "Model": model},
    "nested.nested.template.json": {},
    "tree.json": {},
    "asset.0a/manifest.json": "of the code",
    "assembly-inner/inner.template.json": {},
}
for name, content in files.items():
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
"""


def checkout(folder: Path, *, app: str | None = APP, model: str | None = '"promoted"') -> Checkout:
    folder.mkdir()
    (folder / "cdk.json").write_text('{"context": {}}')
    if app is not None:
        (folder / "app.py").write_text(app)
    if model is not None:
        (folder / "models").mkdir()
        (folder / "models/current.json").write_text(model)
    return Checkout(folder=folder, name="this checkout")


@pytest.fixture
def fallback(tmp_path: Path) -> Path:
    path = tmp_path / "fallback.json"
    path.write_text('"another"')
    return path


@pytest.fixture(autouse=True)
def _no_manifest_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITS_MANIFEST", raising=False)


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_repository_that_git_does_not_trust_is_said_in_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)  # noqa: S607
    with pytest.raises(AssemblyError, match="base is 'nowhere', which is not in this repository"):
        commit_id(tmp_path, "nowhere")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(AssemblyError, match=r"git cannot read the repository in .*dubious ownership"):
        commit_id(tmp_path, "HEAD")


def test_templates_are_written_and_nothing_of_the_code(tmp_path: Path, fallback: Path) -> None:
    output = tmp_path / "head"
    output.mkdir()
    (output / "left.template.json").write_text("from the last time")
    write_side(checkout(tmp_path / "checkout"), ENVIRONMENTS, fallback, output)
    templates = (
        "manifest.json",
        "digits.template.json",
        "nested.nested.template.json",
        "assembly-inner/inner.template.json",
    )
    expected = {f"{environment}/{name}" for environment in ENVIRONMENTS for name in templates}
    assert written(output) == {*expected, "models/current.json"}
    assert '"Environment": "dev"' in (output / "dev/digits.template.json").read_text()
    assert (output / "models/current.json").read_text() == '"promoted"'


def test_a_checkout_that_promoted_no_model_has_the_other_one_and_tells_of_none(tmp_path: Path, fallback: Path) -> None:
    output = tmp_path / "base"
    write_side(checkout(tmp_path / "checkout", model=None), ENVIRONMENTS, fallback, output)
    assert '"Model": "another"' in (output / "prod/digits.template.json").read_text()
    assert not (output / "models").exists()


def test_a_checkout_without_an_application_has_empty_environments(tmp_path: Path, fallback: Path) -> None:
    output = tmp_path / "base"
    write_side(checkout(tmp_path / "checkout", app=None), ENVIRONMENTS, fallback, output)
    assert sorted(path.name for path in output.iterdir() if path.name != "models") == sorted(ENVIRONMENTS)
    assert written(output) == {"models/current.json"}


def test_an_application_that_fails_is_an_error(tmp_path: Path, fallback: Path) -> None:
    side = checkout(tmp_path / "checkout", app="import sys\nsys.exit('error: no model')\n")
    with pytest.raises(AssemblyError, match="this checkout cannot be synthesised for local:\nerror: no model"):
        write_side(side, ENVIRONMENTS, fallback, tmp_path / "base")


def test_an_unknown_base_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", "nowhere at all", "--only", "base", "--output", str(tmp_path)]) == 2
    assert "base is 'nowhere at all', which is not in this repository" in capsys.readouterr().err


def test_an_environment_that_a_checkout_does_not_know_is_empty(tmp_path: Path, fallback: Path) -> None:
    knows = """
import os, sys

if os.environ["DIGITS_ENVIRONMENT"] == "staging":
    sys.exit("error: DIGITS_ENVIRONMENT is 'staging'; allowed is one of local, dev, prod")
"""
    side = checkout(tmp_path / "checkout", app=knows + APP)
    write_side(side, ["staging", "dev"], fallback, tmp_path / "base")
    assert not list((tmp_path / "base/staging").iterdir())
    assert (tmp_path / "base/dev/digits.template.json").is_file()
