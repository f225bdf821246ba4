"""The documents say what is true: tree, links, make targets, modules, settings and environment variables."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

from tools.settings_reference import DOCUMENT, with_reference

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tracked(suffix: str = "") -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in names if name.endswith(suffix) and (ROOT / name).is_file()]


def test_the_tree_in_the_readme_is_the_disk() -> None:
    (tree,) = re.findall(r"## What is where\n\n```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    told = {line.split()[0] for line in tree.splitlines()}
    folders = {f"{path.relative_to(ROOT).parts[0]}/" for path in _tracked() if path.parent != ROOT}
    assert {name for name in told if name.endswith("/")} == {name for name in folders if not name.startswith(".")}
    assert [name for name in told if not (ROOT / name).exists()] == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_lines_are_at_most_120_columns_wide(document: Path) -> None:
    """But for tables, addresses and what programs print."""
    prose = re.sub(r"^```.*?^```|^    .*?$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = [line for line in prose.splitlines() if not line.lstrip().startswith("|") and "https://" not in line]
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers: dict[int, Path] = {}
    for path in sorted((ROOT / "docs/adr").glob("*.md")):
        number = int(path.name[:4])
        assert numbers.setdefault(number, path) == path
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_make_target_exists(document: Path) -> None:
    named = re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", document.read_text(), re.MULTILINE)
    assert [target for target in named if target not in TARGETS] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_every_module_can_be_run(document: Path) -> None:
    named = set(re.findall(r"python3? -m ([a-z_.]+[a-z_])", document.read_text()))
    ours = {name for name in named if (ROOT / name.split(".")[0]).is_dir()}
    assert [name for name in ours if importlib.util.find_spec(name) is None] == []


def test_every_make_target_is_explained() -> None:
    listed = re.findall(r"^([a-z][a-z0-9-]*):.*## .+", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert TARGETS - set(listed) == set()


def test_every_environment_variable_is_documented() -> None:
    sources = [path for path in _tracked(".py") if path.relative_to(ROOT).parts[0] not in {"tests", "benchmarks"}]
    read = {name for path in sources for name in re.findall(r"\bDIGITS_[A-Z_]+", path.read_text())}
    told = {name for path in DOCUMENTS for name in re.findall(r"\bDIGITS_[A-Z_]+", path.read_text())}
    assert read - told == set()


def test_every_setting_is_documented() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_reference(document), "write it again: python -m tools.settings_reference"
    assert [line for line in document.splitlines() if line.endswith("|  |")] == [], "a setting that no docstring tells"


def test_the_experiments_have_the_figures_of_the_promoted_model() -> None:
    model = json.loads((ROOT / "models/current.json").read_text(encoding="utf-8"))
    (row,) = re.findall(r"^\| `best` \|.*$", (ROOT / "docs/experiments.md").read_text(encoding="utf-8"), re.MULTILINE)
    error = f"{1 - model['metrics']['accuracy']:.2%}".replace("%", " %")
    assert {error, f"{model['metrics']['log_loss']:.4f}"} <= {cell.strip() for cell in row.split("|")}
