"""The folder that is deployed for a function, and the digest that names it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stacks.shared.bytecode import compile_bytecode
from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import SOURCES, FunctionSource
from stacks.shared.function_target import FunctionTarget
from tests.support.assemblies import Assembly

CHECK = FunctionSource(package="artifact_check")
PREDICTION = FunctionSource(package="prediction")
EMULATOR, LAMBDA = FunctionTarget.EMULATOR, FunctionTarget.LAMBDA


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the sources that a test may change."""
    folder = tmp_path / "lambda_src"
    shutil.copytree(SOURCES, folder)
    return folder


def test_the_digest_tells_packages_and_platforms_apart() -> None:
    digests = {source.digest(target) for source in (CHECK, PREDICTION) for target in FunctionTarget}
    assert len(digests) == 4


def test_the_emulator_gets_other_folders_than_lambda(assemblies: dict[str, Assembly]) -> None:
    keys = {
        environment: {function["Properties"]["Code"]["S3Key"] for function in functions.values()}
        for environment, assembly in assemblies.items()
        if (functions := assembly.resources("AWS::Lambda::Function"))
    }
    assert keys["dev"] <= keys["prod"]
    assert not keys["local"] & keys["prod"]
    assert len(keys["local"]) == len(keys["prod"]) == len(list(SOURCES.glob("*/handler.py")))


def digests(root: Path) -> tuple[str, str]:
    """Of the check and of the prediction function, below another folder."""
    return replace(CHECK, root=root).digest(LAMBDA), replace(PREDICTION, root=root).digest(LAMBDA)


def test_where_the_checkout_is_does_not_matter(root: Path) -> None:
    assert digests(root) == (CHECK.digest(LAMBDA), PREDICTION.digest(LAMBDA))


def test_a_changed_file_changes_the_digest(root: Path) -> None:
    before = digests(root)
    handler = root / "artifact_check/handler.py"
    handler.write_text(handler.read_text() + "\n")
    after = digests(root)
    assert (before[0] != after[0], before[1] == after[1]) == (True, True)


def test_a_moved_file_changes_the_digest(root: Path) -> None:
    before = digests(root)
    (root / "artifact_check/checker.py").rename(root / "artifact_check/checking.py")
    assert digests(root)[0] != before[0]


def test_bytecode_beside_the_sources_is_no_part_of_it(root: Path) -> None:
    before = digests(root)
    (root / "artifact_check/__pycache__").mkdir(exist_ok=True)
    (root / "artifact_check/__pycache__/left.cpython-311.pyc").write_bytes(b"x")
    assert digests(root) == before


def test_a_package_without_a_handler_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"no handler\.py in .*lambda_src/nothing"):
        FunctionSource(package="nothing").digest(LAMBDA)


def test_the_folder_holds_the_package_and_starts(tmp_path: Path) -> None:
    CHECK.build(tmp_path, EMULATOR)
    deployed = {path.name for path in tmp_path.rglob("*") if path.suffix == ".py"}
    assert deployed == {"__init__.py", "checker.py", "handler.py", "s3_store.py"}
    code = "import artifact_check.checker as module; print(module.__file__)"
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(tmp_path / "artifact_check/checker.py")


def test_bytecode_does_not_depend_on_times(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("VALUE = 1\n")
    compile_bytecode(tmp_path, EMULATOR, deployed_at="/var/task")
    (compiled,) = tmp_path.rglob("*.pyc")
    # https://peps.python.org/pep-0552/: flags 0b01 say that it is named by a hash which nobody checks.
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01
