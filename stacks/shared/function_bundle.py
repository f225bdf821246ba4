"""The code of one Lambda function as a deployable folder: its package, and its dependencies for where it runs.

The locked dependencies are installed without Docker (`locked_packages.py`). A synthesis for review or tests does not
build the folder, and needs neither the network nor an installer. The folder's identity is the digest of everything that
decides its content, so templates are the same whether it was built or not, and whether uv or pip installed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

from stacks.shared.errors import ConfigurationError
from stacks.shared.function_target import FunctionTarget
from stacks.shared.import_closure import SourceFile, needed_files
from stacks.shared.locked_packages import LAMBDA_PYTHON, install_requirements, target_platform

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lambda_src"
CONTRACT = ROOT / "contract"

LARGEST_BYTES = 250 * 1024 * 1024
"""Of an unpacked function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


@dataclass(frozen=True, kw_only=True)
class FunctionSource:
    """A package below `lambda_src/`, and what else is deployed with it.

    Attributes
    ----------
    package
        Its name; `handler.py` is what runs, and what that imports of our packages is deployed with it.
    has_requirements
        Whether it needs locked packages.
    requirements_name
        Which file there locks them.
    left_out
        Files and folders of those packages that the function does not use, as patterns of paths.
    root
        Where the packages are.
    """

    package: str
    has_requirements: bool
    requirements_name: str = "requirements.txt"
    left_out: tuple[str, ...] = ()
    root: Path = SOURCES

    @property
    def files(self) -> list[SourceFile]:
        """The modules of ours that run in the function.

        Raises
        ------
        ConfigurationError
            If the package has no handler.
        """
        if not (self.root / self.package / "handler.py").is_file():
            msg = f"no handler.py in {self.root / self.package}; a function is a package below lambda_src"
            raise ConfigurationError(msg)
        packages = {folder.name: folder for folder in self.root.iterdir() if folder.is_dir()}
        return needed_files([f"{self.package}.handler"], {**packages, "contract": CONTRACT})

    @property
    def requirements(self) -> Path | None:
        """The locked packages that it needs."""
        return self.root / self.requirements_name if self.has_requirements else None

    def digest(self, target: FunctionTarget) -> str:
        """SHA-256 of all that decides the deployed folder: files, locked packages, Python, platform."""
        identity = (self.package, target.value, *target_platform(target), *self.left_out)
        digest = hashlib.sha256(" ".join(identity).encode())
        for place, path in self._identifying():
            digest.update(f"\0{place}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _identifying(self) -> list[tuple[str, Path]]:
        own = [(file.place.as_posix(), file.path) for file in self.files]
        return [*own, (self.requirements_name, self.requirements)] if self.requirements else own


@jsii.implements(cdk.ILocalBundling)
class FunctionBundle:
    """Builds the folder for the CDK, in place of a Docker container.

    Parameters
    ----------
    source
        What to build.
    target
        Where it will run: Lambda's Arm machines, or the emulator, which runs functions in its own Python.
    """

    def __init__(self, source: FunctionSource, target: FunctionTarget) -> None:
        self._source = source
        self._target = target

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Build the folder at `output_dir`; True says that it was done."""
        output = Path(output_dir)
        if self._source.requirements is not None:
            install_requirements(self._source.requirements, output, self._target)
            leave_out(output, self._source.left_out)
        for file in self._source.files:
            target = output / file.place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, target)
        compile_bytecode(output, self._target)
        check_size(output)
        return True


def leave_out(output: Path, patterns: Sequence[str]) -> None:
    """Remove from a folder what matches one of the patterns.

    Raises
    ------
    ConfigurationError
        If nothing matches a pattern: the package has changed, and the pattern with it.
    """
    for pattern in patterns:
        found = list(output.glob(pattern))
        if not found:
            msg = f"nothing in the bundle is {pattern!r}; correct what is left out of it beside its FunctionSource"
            raise ConfigurationError(msg)
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def check_size(output: Path) -> None:
    """Refuse a folder that Lambda would refuse, before anything is uploaded.

    Raises
    ------
    ConfigurationError
        If it is larger than `LARGEST_BYTES`.
    """
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    if size > LARGEST_BYTES:
        msg = (
            f"the bundle of a function has {size} bytes unpacked; Lambda takes {LARGEST_BYTES}: leave out what it does "
            "not need, beside its FunctionSource"
        )
        raise ConfigurationError(msg)


def compile_bytecode(output: Path, target: FunctionTarget) -> None:
    """Compile the folder if a Python of the function's own version is here, so that it starts faster.

    The bytecode is not checked against the sources' times, which the archive of an asset does not keep.
    """
    python = _compiler(target)
    if python is None:
        return
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(output), "-p", "/var/task"]
    subprocess.run([python, "-m", "compileall", *options, str(output)], stdout=subprocess.DEVNULL, check=False)


def _compiler(target: FunctionTarget) -> str | None:
    if target is FunctionTarget.EMULATOR:
        return sys.executable
    if sysconfig.get_python_version() == LAMBDA_PYTHON:
        return sys.executable
    return shutil.which(f"python{LAMBDA_PYTHON}")
