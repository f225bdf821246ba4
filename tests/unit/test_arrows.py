"""Imports point one way: app.py -> stacks -> models <- training; what runs per request imports neither."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.registry import PRIVATE_NAMES

ROOT = Path(__file__).resolve().parents[2]
LAMBDA_PACKAGES = {path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py")}
# The document of the HTTP API, which is made of the functions' tables and deployed with none of them.
DOCUMENT = "http_api"
OURS = {
    "app",
    "stacks",
    "training",
    "emulator",
    "tools",
    "tests",
    "benchmarks",
    "lambda_src",
    DOCUMENT,
} | LAMBDA_PACKAGES
USES = {"uploads": {"prediction"}, "upload_worker": {"prediction", "uploads"}}
"""Which packages of functions are deployed with another, and may be imported by it."""

FORBIDDEN = {
    "stacks": {"training", "emulator", "tools", "tests", "benchmarks", "app", "lambda_src"} | LAMBDA_PACKAGES,
    "training": OURS - {"training"},
    "emulator": OURS - {"emulator"},
    "app.py": OURS - {"stacks"},
    **{f"lambda_src/{package}": OURS - {package} - USES.get(package, set()) for package in LAMBDA_PACKAGES},
    f"lambda_src/{DOCUMENT}": OURS - {DOCUMENT} - LAMBDA_PACKAGES,
}
"""What each part may not import of ours."""


def files(part: str) -> list[Path]:
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(source: str) -> Iterator[str]:
    """Full names of the modules that a source imports when it runs, wherever it does so."""
    tree = ast.parse(source)
    typing_only = {id(child) for node in ast.walk(tree) if _is_type_checking(node) for child in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def crossings(part: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(part)
        for name in imported(path.read_text(encoding="utf-8"))
        if name.partition(".")[0] in forbidden
    ]


@pytest.mark.parametrize("part", sorted(FORBIDDEN))
def test_a_part_imports_only_what_is_below_it(part: str) -> None:
    assert files(part), f"{part} has no Python files"
    assert crossings(part, FORBIDDEN[part]) == []


def test_functions_are_found() -> None:
    assert {"artifact_check", "prediction", "uploads", "upload_worker"} <= LAMBDA_PACKAGES


def test_what_a_function_imports_is_deployed_with_it() -> None:
    sources = "".join(path.read_text() for path in files("stacks"))
    found = re.findall(r'FunctionSource\(package="(\w+)", uses=\(([^)]*)\)', sources)
    assert {package: set(re.findall(r"\w+", uses)) for package, uses in found} == USES


def test_one_file_opens_the_private_modules_of_ministack() -> None:
    opening, named = set(), set()
    for part in ("emulator", "stacks", "training", "lambda_src", "tools", "app.py"):
        for path in files(part):
            source = path.read_text(encoding="utf-8")
            named |= set(re.findall(r"[\"'](ministack\.[\w.]+:\w+)[\"']", source))
            imports_it = any(name.partition(".")[0] == "ministack" for name in imported(source))
            if imports_it or re.search(r"import_module\((?![\"'](?!ministack))", source):
                opening.add(path.relative_to(ROOT).as_posix())
    assert opening == {"emulator/registry.py"}
    # Others name what they need; the list of names that a test looks up has every one.
    assert named <= set(PRIVATE_NAMES)


def test_the_environment_is_read_in_one_file_of_the_application() -> None:
    reading = [path.name for path in files("stacks") if re.search(r"\benviron\b|\bgetenv\b", path.read_text())]
    assert reading == []


def test_the_check_sees_imports_in_functions_and_from_packages() -> None:
    source = "def f():\n    from training import model\nimport os.path\nfrom . import sibling\n"
    source += "if TYPE_CHECKING:\n    import emulator\n"
    assert set(imported(source)) == {"training", "training.model", "os.path"}


def test_the_functions_import_nothing_that_is_not_deployed_with_them() -> None:
    deployed = {"aws_lambda_powertools", "PIL", "pyarrow", "boto3", "botocore"} | LAMBDA_PACKAGES
    allowed = set(sys.stdlib_module_names) | deployed
    foreign = [
        f"{path.relative_to(ROOT)} imports {name}"
        for package in sorted(LAMBDA_PACKAGES)
        for path in files(f"lambda_src/{package}")
        for name in imported(path.read_text(encoding="utf-8"))
        if name.partition(".")[0] not in allowed
    ]
    assert foreign == []
