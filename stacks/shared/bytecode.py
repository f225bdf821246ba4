"""Compile a folder that is deployed, so that what is in it starts faster."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from stacks.shared.function_target import FunctionTarget
from stacks.shared.locked_packages import LAMBDA_PYTHON


def compile_bytecode(folder: Path, target: FunctionTarget, *, deployed_at: str) -> None:
    """Compile the folder if a Python of the version that will run it is here.

    The bytecode is not checked against the sources' times, which the archive of an asset does not keep.

    Parameters
    ----------
    folder
        What to compile.
    target
        Where it will run.
    deployed_at
        The path that it will have there, for tracebacks.
    """
    python = _compiler(target)
    if python is None:
        return
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", deployed_at]
    subprocess.run([python, "-m", "compileall", *options, str(folder)], stdout=subprocess.DEVNULL, check=False)


def _compiler(target: FunctionTarget) -> str | None:
    if target is FunctionTarget.EMULATOR:
        return sys.executable
    if sysconfig.get_python_version() == LAMBDA_PYTHON:
        return sys.executable
    return shutil.which(f"python{LAMBDA_PYTHON}")
