"""The code of one Lambda function as a deployable folder: its package and what that imports of ours.

What it imports of others is in a layer (`function_packages.py`).
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

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

    def build(self, output: Path, target: FunctionTarget) -> None:
        """Put what is deployed into a folder: for Lambda's Arm machines, or for the emulator's Python."""
        for file in self.files:
            place = output / file.place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, place)
        compile_bytecode(output, target, deployed_at="/var/task")
