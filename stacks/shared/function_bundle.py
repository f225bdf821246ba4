"""The code of one Lambda function as a deployable folder: its package and what that imports of ours.

What it imports of others is in a layer (`function_packages.py`). A synthesis for review or tests does not build the
folder. Its identity is the digest of everything that decides its content, so templates are the same either way.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

from stacks.shared.bytecode import compile_bytecode
from stacks.shared.errors import ConfigurationError
from stacks.shared.function_target import FunctionTarget
from stacks.shared.import_closure import SourceFile, needed_files
from stacks.shared.locked_packages import target_platform

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lambda_src"
CONTRACT = ROOT / "contract"


@dataclass(frozen=True, kw_only=True)
class FunctionSource:
    """A package below `lambda_src/`.

    Attributes
    ----------
    package
        Its name; `handler.py` is what runs, and what that imports of our packages is deployed with it.
    root
        Where the packages are.
    """

    package: str
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

    def digest(self, target: FunctionTarget) -> str:
        """SHA-256 of all that decides the deployed folder: files, Python, platform."""
        digest = hashlib.sha256(" ".join((self.package, target.value, *target_platform(target))).encode())
        for file in self.files:
            digest.update(f"\0{file.place.as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.path.read_bytes()).digest())
        return digest.hexdigest()


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
        for file in self._source.files:
            target = output / file.place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, target)
        compile_bytecode(output, self._target, deployed_at="/var/task")
        return True
