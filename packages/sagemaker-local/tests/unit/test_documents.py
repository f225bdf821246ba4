"""What is written in the package: no name of an application, true documents, a true count of private names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sagemaker_local.ministack.registry import PRIVATE_NAMES

PACKAGE = Path(__file__).resolve().parents[2]
DOCUMENTS = [PACKAGE / "README.md", PACKAGE / "CHANGELOG.md", *sorted((PACKAGE / "docs").glob("*.md"))]
TEXTS = {".json", ".md", ".py", ".toml"}
NAMES_OF_AN_APPLICATION = (
    "digits-",  # the one beside which it is developed
    "digits_",
    "mnist",
    "python -m training",
    "python -m tools",
    "python -m emulator",
    "`make ",
    "make demo",
    "make setup",
    "make lab",
    "lambda_src",
    "models/current",
    ".venv-",
)
OWN_TARGETS = ("`make emulator-check`", "`make emulator-test`")


def files() -> Iterator[Path]:
    """The files of the package."""
    for path in PACKAGE.rglob("*"):
        inside = path.relative_to(PACKAGE)
        if path.suffix in TEXTS and path != Path(__file__) and inside.parts[0] in {"src", "tests", "docs", inside.name}:
            yield path


def test_no_file_names_an_application() -> None:
    assert [f"{path.relative_to(PACKAGE)}: {name}" for path in files() for name in _named(path)] == []


def _named(path: Path) -> list[str]:
    text = path.read_text("utf-8").lower()
    for target in OWN_TARGETS:
        text = text.replace(target, "")
    return [name for name in NAMES_OF_AN_APPLICATION if name in text]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_have_short_lines_and_links_that_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_variable_is_documented_and_every_documented_command_exists() -> None:
    variables, commands = r"\bSAGEMAKER_LOCAL_[A-Z_]+", r"\bsagemaker-local ([a-z]+)\b"
    source = "".join(path.read_text("utf-8") for path in (PACKAGE / "src").rglob("*.py"))
    documented = "".join(document.read_text("utf-8") for document in DOCUMENTS)
    assert set(re.findall(variables, source)) == set(re.findall(variables, documented)) - {"SAGEMAKER_LOCAL_"}
    assert set(re.findall(commands, documented)) == {"up", "down", "status", "logs", "env", "faults"}


def test_the_readme_counts_the_private_names_of_ministack() -> None:
    text = (PACKAGE / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ \| (\d+) \| ([^|]+) \|", text.partition("## Changes to MiniStack")[2], re.MULTILINE)
    counted = [(int(count), re.findall(r"`([\w.]+)`", modules)) for count, modules in rows]
    modules = [name.removeprefix("ministack.").partition(":")[0] for name in PRIVATE_NAMES]
    assert [(sum(each in named for each in modules), named) for _, named in counted] == counted
    assert sorted(named for _, all_named in counted for named in all_named) == sorted(set(modules))
    assert f"{len(PRIVATE_NAMES)} names" in text
