"""Install the locked packages of a function into a folder, for the machine on which the function will run.

uv does it where it is installed, pip where it is not. The hashes of the lock choose the same wheels for both, and what
tells the installer apart is removed: the folder does not say which of them made it. What is locked, and what else is in
the folder, is decided elsewhere.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from stacks.shared.errors import ConfigurationError
from stacks.shared.function_target import FunctionTarget

LAMBDA_PYTHON = "3.14"
LAMBDA_PLATFORM = "aarch64-manylinux_2_28"
"""As uv names it. Pillow has no wheel for an older glibc; Lambda's python3.14 is Amazon Linux 2023, glibc 2.34."""

PIP_PLATFORMS = (*(f"manylinux_2_{minor}_aarch64" for minor in range(28, 16, -1)), "manylinux2014_aarch64")
"""The same for pip, which takes no platform to include those with an older glibc."""

OF_THE_INSTALLER = (".lock", "bin", "*.dist-info/INSTALLER", "*.dist-info/RECORD", "*.dist-info/REQUESTED")
"""uv's lock, start scripts that name this machine's Python, and the installer's notes about itself."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""uv shows colours where FORCE_COLOR is set, as the CDK CLI does."""

_WHERE_FROM = "they come from the Python Package Index: look at the network, and at the proxy that HTTPS_PROXY names"


def target_platform(target: FunctionTarget) -> tuple[str, str]:
    """The version of Python, and the platform, for which the packages of a function are installed.

    Parameters
    ----------
    target
        Lambda's Arm machines; or the emulator, whose functions run in the Python of this environment.
    """
    if target is FunctionTarget.EMULATOR:
        return sysconfig.get_python_version(), sysconfig.get_platform()
    return LAMBDA_PYTHON, LAMBDA_PLATFORM


def install_requirements(requirements: Path, output: Path, target: FunctionTarget) -> None:
    """Install the locked packages into a folder, with uv or with pip.

    Raises
    ------
    ConfigurationError
        If neither is installed, or the installation fails; the text then holds the words of the installer.
    """
    run_installer(install_command(find_uv(), requirements, output, target))
    remove_traces(output)


def install_command(uv: str | None, requirements: Path, output: Path, target: FunctionTarget) -> list[str]:
    """The command that installs the packages: that of uv if its path is given, or else that of pip.

    Raises
    ------
    ConfigurationError
        If neither is installed.
    """
    if uv:
        return uv_command(uv, requirements, output, target)
    if find_spec("pip") is None:
        msg = (
            f"neither uv nor pip is installed for {sys.executable}, and one of them installs the packages of the "
            f"functions: run '{sys.executable} -m ensurepip', or 'make setup' for an environment with uv"
        )
        raise ConfigurationError(msg)
    return pip_command(requirements, output, target)


def uv_command(uv: str, requirements: Path, output: Path, target: FunctionTarget) -> list[str]:
    """The command with which uv, at the path `uv`, installs the packages.

    Functions with the same packages share the files on the disk; uv copies them where its cache is on another one.
    Its options: https://docs.astral.sh/uv/reference/cli/#uv-pip-install
    """
    python, platform = target_platform(target)
    machine = ["--python-version", python, "--python-platform", platform]
    chosen = ["--python", sys.executable] if target is FunctionTarget.EMULATOR else machine
    command = [uv, "pip", "install", "--quiet", "--no-config", "--require-hashes", "--only-binary", ":all:"]
    return [*command, "--link-mode", "hardlink", "--target", str(output), *chosen, "--requirement", str(requirements)]


def pip_command(requirements: Path, output: Path, target: FunctionTarget, *, python: str = sys.executable) -> list[str]:
    """The command with which the pip of an interpreter installs the packages.

    Its options: https://pip.pypa.io/en/stable/cli/pip_install/
    """
    chosen: list[str] = []
    if target is FunctionTarget.LAMBDA:
        platforms = [word for name in PIP_PLATFORMS for word in ("--platform", name)]
        chosen = ["--python-version", LAMBDA_PYTHON, "--implementation", "cp", *platforms]
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    # The lock names every package, so pip resolves nothing; --no-compile keeps out the bytecode of another Python.
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile"]
    return [*command, "--target", str(output), *chosen, "--requirement", str(requirements)]


def run_installer(command: Sequence[str]) -> None:
    """Run the command of an installer.

    Raises
    ------
    ConfigurationError
        If it fails; the text holds its words.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = _COLOURS.sub("", done.stderr).strip()
        msg = f"the packages of {command[-1]} could not be installed:\n{words}\n{_WHERE_FROM}"
        raise ConfigurationError(msg)


def said_while_bundling(error: RuntimeError) -> str | None:
    """The words of an error of this module that passed through the CDK's library; None if it is another one."""
    before, _, words = str(error).partition("@jsii/kernel.RuntimeError: ")
    return words if words and before.startswith("Failed to bundle asset") else None


def remove_traces(output: Path) -> None:
    """Remove from a folder what tells which installer filled it, and bytecode.

    uv writes bytecode of another Python where `UV_COMPILE_BYTECODE` is set; a flag against it would be an error there.
    """
    for pattern in (*OF_THE_INSTALLER, "**/__pycache__"):
        for path in list(output.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def find_uv(python: str = sys.executable, path: str | None = None) -> str | None:
    """Path of uv: beside an interpreter, in the `.tools` beside its environment, or on `path` (or the `PATH`), or None.

    `make` installs uv into `.tools/bin`, and with it the packages of `.venv`, which need not hold another one.
    """
    programs = Path(python).parent
    for near in (programs / "uv", programs.parents[1] / ".tools/bin/uv"):
        if near.exists():
            return str(near)
    return shutil.which("uv", path=path)
