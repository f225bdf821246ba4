"""Imports point one way, and every folder says what may be in it and whom it may import."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).resolve().parents[3]
FUNCTIONS = {path.parent.name for path in (ROOT / "lambda_src").glob("*/handler.py")}
KITS = {"gateway", "digit_model", "likeness", "vision", "upload_jobs"}
DOCUMENT = "http_api"
"""The document of the HTTP API, which is made of the functions' tables and deployed with none of them."""
BELOW_LAMBDA_SRC = FUNCTIONS | KITS | {DOCUMENT}
PARTS = {"app", "contract", "stacks", "training", "tools", "tests", "benchmarks", "sagemaker_local"} | BELOW_LAMBDA_SRC

ALLOWED = {
    "app.py": {"stacks", "contract"},
    "contract": set(),
    "stacks": {"contract"},
    "training": {"contract"},
    "tools": {"stacks", "training", "contract", "gateway", "likeness", "vision"},
    "lambda_src/gateway": {"contract"},
    "lambda_src/digit_model": {"contract", "gateway", "likeness"},
    "lambda_src/upload_jobs": {"gateway"},
    "lambda_src/likeness": {"contract"},
    "lambda_src/vision": {"contract", "gateway", "likeness"},
    "lambda_src/prediction": {"contract", "gateway", "digit_model", "vision"},
    "lambda_src/uploads": {"contract", "gateway", "upload_jobs"},
    "lambda_src/upload_worker": {"contract", "gateway", "digit_model", "upload_jobs", "vision"},
    "lambda_src/stream_consumer": {"contract", "gateway"},
    "lambda_src/artifact_check": set(),
    f"lambda_src/{DOCUMENT}": {"contract"} | KITS | FUNCTIONS,
    "benchmarks": PARTS - {"app", "sagemaker_local"},
    "tests": PARTS - {"sagemaker_local"},
    "packages/sagemaker-local/src": {"sagemaker_local"},
    "packages/sagemaker-local/tests": {"sagemaker_local"},
}
"""What of ours each part may import beside itself. The package stands for itself: no import in either direction."""

STAGES = {
    "common": 0,
    "data": 1,
    "model": 2,
    "aws": 3,
    "scale": 3,
    "stream": 4,
    "pipeline": 4,
    "jobs": 4,
    "tuning": 5,
    "pictures": 6,
    "commands": 7,
}
"""Floors of `training`: a stage imports none that is above it or beside it."""

STACKS = {
    "shared": set(),
    "policy": set(),
    "github": {"shared"},
    "storage": {"shared"},
    "identity": {"shared"},
    "web": {"shared"},
    "inference": {"shared"},
    "stream": {"shared"},
    "training": {"shared", "inference"},
    "upload": {"shared", "inference"},
    "api": {"shared", "inference", "upload"},
    "notebook": {"shared", "inference", "api"},
    "operations": {"shared", "identity", "web", "inference", "stream", "upload", "api"},
}
"""Which folders of `stacks` each imports; all of them may import the settings."""

PACKAGE = {
    "daemon": {"ministack", "sagemaker", "appsync", "faults"},
    "ministack": {"sagemaker", "appsync", "faults"},
    "sagemaker": {"faults", "container"},
    "appsync": set(),
    "faults": set(),
    "container": set(),
}


def files(part: str) -> list[Path]:
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imported(source: str) -> Iterator[str]:
    """Full names of the modules that a source imports when it runs, wherever it does so."""
    for node in _statements(ast.parse(source).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement but those for type checkers; expressions hold no imports."""
    for node in body:
        if _is_type_checking(node):
            yield from _statements(node.orelse)
            continue
        yield node
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, inner, []))


@cache
def imported_by(path: Path) -> tuple[str, ...]:
    return tuple(imported(path.read_text(encoding="utf-8")))


def _is_type_checking(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports_of(part: str) -> Iterator[tuple[Path, str]]:
    for path in files(part):
        for name in imported_by(path):
            yield path.relative_to(ROOT), name


def folders_of(part: str) -> set[str]:
    return {path.parent.relative_to(ROOT / part).parts[0] for path in files(part) if path.parent != ROOT / part}


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_a_part_imports_only_what_it_may(part: str) -> None:
    assert files(part), f"{part} has no Python files"
    forbidden = PARTS - ALLOWED[part] - {Path(part).stem}
    assert [f"{path} imports {name}" for path, name in imports_of(part) if name.partition(".")[0] in forbidden] == []


def test_every_part_has_its_arrows() -> None:
    parts = {path.parent.name if path.parent != ROOT else path.name for path in ROOT.glob("*/__init__.py")}
    parts |= {f"lambda_src/{name}" for name in folders_of("lambda_src")}
    assert parts <= ALLOWED.keys()


def test_a_stage_of_training_imports_only_stages_below() -> None:
    assert folders_of("training") == STAGES.keys()
    up = [
        f"{path} imports {name}"
        for stage, floor in STAGES.items()
        for path, name in imports_of(f"training/{stage}")
        if name.startswith("training.") and (other := name.split(".")[1]) != stage and STAGES[other] >= floor
    ]
    assert up == []


def test_only_the_entry_of_training_is_flat() -> None:
    assert {path.name for path in (ROOT / "training").glob("*.py")} == {"__init__.py", "__main__.py"}


def test_commands_import_no_commands() -> None:
    entry = ast.parse((ROOT / "training/commands/command_line.py").read_text(encoding="utf-8"))
    commands = {
        alias.name
        for node in entry.body
        if isinstance(node, ast.ImportFrom) and node.module == "training.commands"
        for alias in node.names
    }
    assert {"fit", "submit", "tune"} <= commands
    found = [
        f"{path} imports {name}"
        for path, name in imports_of("training/commands")
        if path.stem != "command_line" and name.startswith("training.commands.") and name.split(".")[2] in commands
    ]
    assert found == []


@pytest.mark.parametrize(
    ("part", "prefix", "allowed"),
    [("stacks", "stacks", STACKS), ("packages/sagemaker-local/src/sagemaker_local", "sagemaker_local", PACKAGE)],
)
def test_a_folder_imports_only_the_folders_it_may(part: str, prefix: str, allowed: dict[str, set[str]]) -> None:
    assert folders_of(part) == allowed.keys()
    crossing = [
        f"{path} imports {name}"
        for folder, others in allowed.items()
        for path, name in imports_of(f"{part}/{folder}")
        if name.startswith(f"{prefix}.")
        and name.split(".")[1] in allowed.keys() - {folder} - others
        # The settings of all environments hold those of every stack.
        and not (name.split(".")[-1] == "settings" or name.split(".")[-2] in {"settings", "capacity"})
    ]
    assert crossing == []


def test_every_package_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for part in ("contract", "stacks", "training", "lambda_src", "tools", "packages/sagemaker-local/src")
        for path in files(part)
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_stacks_read_no_environment_variable() -> None:
    assert [path.name for path in files("stacks") if re.search(r"\benviron\b|\bgetenv\b", path.read_text())] == []


def test_the_check_sees_imports_in_functions_and_from_packages() -> None:
    source = "def f():\n    from training import model\nimport os.path\nfrom . import sibling\n"
    source += "if TYPE_CHECKING:\n    import stacks\n"
    assert set(imported(source)) == {"training", "training.model", "os.path"}


def test_the_functions_import_nothing_that_is_not_deployed_with_them() -> None:
    deployed = (
        {"aws_lambda_powertools", "PIL", "cv2", "numpy", "pyarrow", "boto3", "botocore"}
        | BELOW_LAMBDA_SRC
        | {"contract"}
    )
    allowed = set(sys.stdlib_module_names) | deployed
    foreign = [
        f"{path} imports {name}"
        for package in sorted(FUNCTIONS | KITS)
        for path, name in imports_of(f"lambda_src/{package}")
        if name.partition(".")[0] not in allowed
    ]
    assert foreign == []


def test_only_adapters_use_the_aws_sdk() -> None:
    users = {
        path.relative_to("lambda_src").as_posix()
        for path, name in imports_of("lambda_src")
        if name.partition(".")[0] in {"boto3", "botocore"}
    }
    assert users == {
        "artifact_check/s3_store.py",
        "digit_model/sagemaker_endpoint.py",
        "stream_consumer/storage.py",
        "upload_jobs/jobs_table.py",
        "upload_worker/announcer.py",
        "upload_worker/picture_store.py",
        "upload_worker/retries.py",
        "uploads/upload_bucket.py",
    }


def test_no_package_below_lambda_src_shadows_a_module() -> None:
    installed = importlib.metadata.packages_distributions().keys()
    assert BELOW_LAMBDA_SRC & (set(sys.stdlib_module_names) | installed) == set()
    assert folders_of("lambda_src") == BELOW_LAMBDA_SRC


def test_what_notebook_instances_run_is_written_for_their_python() -> None:
    for path in files("contract"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
