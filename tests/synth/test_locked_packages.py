"""With which command the packages of a function are installed, with uv and without."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from itertools import pairwise
from pathlib import Path

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_target import FunctionTarget
from stacks.shared.locked_packages import (
    LAMBDA_PYTHON,
    PIP_PLATFORMS,
    find_uv,
    install_requirements,
    pip_command,
    remove_traces,
    said_while_bundling,
    target_platform,
    uv_command,
)

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = SOURCES / "requirements.txt"
EMULATOR, LAMBDA = FunctionTarget.EMULATOR, FunctionTarget.LAMBDA


@pytest.mark.parametrize("target", FunctionTarget)
def test_both_take_wheels_that_match_the_hashes_of_the_lock_only(target: FunctionTarget, tmp_path: Path) -> None:
    for command in (uv_command("uv", REQUIREMENTS, tmp_path, target), pip_command(REQUIREMENTS, tmp_path, target)):
        assert "--require-hashes" in command
        assert command[command.index("--only-binary") + 1] == ":all:"
        assert command[command.index("--target") + 1] == str(tmp_path)
        assert command[-2:] == ["--requirement", str(REQUIREMENTS)]


def test_pip_installs_for_the_machines_of_lambda(tmp_path: Path) -> None:
    command = pip_command(REQUIREMENTS, tmp_path, LAMBDA)
    platforms = [value for option, value in pairwise(command) if option == "--platform"]
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[command.index("--python-version") + 1] == LAMBDA_PYTHON
    assert tuple(platforms) == PIP_PLATFORMS
    assert (platforms[0], platforms[-2:]) == (
        "manylinux_2_28_aarch64",
        ["manylinux_2_17_aarch64", "manylinux2014_aarch64"],
    )


def test_for_the_emulator_both_install_for_the_python_that_runs(tmp_path: Path) -> None:
    uv = uv_command("uv", REQUIREMENTS, tmp_path, EMULATOR)
    pip = pip_command(REQUIREMENTS, tmp_path, EMULATOR)
    assert uv[uv.index("--python") + 1] == pip[0] == sys.executable
    assert not {"--platform", "--python-platform", "--python-version"} & {*uv, *pip}


def test_the_emulator_is_another_platform_in_another_python() -> None:
    assert target_platform(EMULATOR) == (sysconfig.get_python_version(), sysconfig.get_platform())
    assert target_platform(LAMBDA) == ("3.14", "aarch64-manylinux_2_28")


def test_uv_is_found_beside_the_python_or_on_the_path(tmp_path: Path) -> None:
    python, path = str(tmp_path / "python"), str(tmp_path / "bin")
    assert find_uv(python, path) is None
    for folder in (tmp_path / "bin", tmp_path):
        folder.mkdir(exist_ok=True)
        (folder / "uv").write_text("")
        (folder / "uv").chmod(0o755)
        assert find_uv(python, path) == str(folder / "uv")


def test_uv_is_found_in_the_tools_beside_the_environment(tmp_path: Path) -> None:
    uv = tmp_path / ".tools/bin/uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("")
    assert find_uv(str(tmp_path / ".venv/bin/python"), str(tmp_path / "nowhere")) == str(uv)


def test_what_names_the_installer_is_removed(tmp_path: Path) -> None:
    kept = [tmp_path / "module/__init__.py", tmp_path / "module-1.dist-info/METADATA"]
    traces = [
        tmp_path / name
        for name in (".lock", "bin/start", "bin/__pycache__/start.pyc", "module/__pycache__/__init__.pyc")
    ]
    traces += [tmp_path / "module-1.dist-info" / name for name in ("INSTALLER", "RECORD", "REQUESTED")]
    for path in [*kept, *traces]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    remove_traces(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)
    assert not (tmp_path / "bin").exists()


def test_a_file_that_cannot_be_installed_is_named_with_the_words_of_the_installer(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("not a requirement\n")
    with pytest.raises(ConfigurationError, match=r"the packages of .*requirements\.txt could not be installed:\n."):
        install_requirements(requirements, tmp_path / "out", EMULATOR)


def test_the_words_are_found_again_behind_the_library() -> None:
    passed = "Failed to bundle asset a/b, bundle output is located at /c d: @jsii/kernel.RuntimeError: no\nnetwork"
    assert said_while_bundling(RuntimeError(passed)) == "no\nnetwork"
    assert said_while_bundling(RuntimeError("another: @jsii/kernel.RuntimeError: mistake")) is None


def test_without_uv_and_pip_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    # A Python that sees no pip: `site` is off, and so is every folder of packages.
    code = (
        "import stacks.shared.locked_packages as it, pathlib as p; it.install_command(None, p.Path(), p.Path(), None)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "ConfigurationError: neither uv nor pip is installed for" in done.stderr
    assert "-m ensurepip'" in done.stderr
