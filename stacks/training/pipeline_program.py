"""The program of the pipeline's steps: the few modules of `training` and `contract` that they need, as one zip.

`python3 CODE.zip COMMAND` works in the built-in image, which has numpy, xgboost and pyarrow but nothing else that
`training` uses. Packing needs no network. The zip is named by the digest of its modules, so a change of any other part
of `training` changes neither the pipeline nor the role that may download it. Nothing of `training` is imported here.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from stacks.shared.import_closure import SourceFile, needed_files

ROOT = Path(__file__).resolve().parents[2]
TRAINING = ROOT / "training"
CONTRACT = ROOT / "contract"

PROGRAM = "training.pipeline.steps"
MAIN = f"import sys\n\nfrom {PROGRAM} import main\n\nsys.exit(main())\n"


def write_program(folder: Path) -> None:
    """Write what goes into the zip into an empty folder."""
    for file in program_files():
        target = folder / file.place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    (folder / "__main__.py").write_text(MAIN, encoding="utf-8")


def program_digest(training: Path = TRAINING) -> str:
    """SHA-256 of all that is in the zip, from the modules in `training`."""
    digest = hashlib.sha256(MAIN.encode())
    for file in program_files(training):
        digest.update(f"\0{file.place}\0".encode())
        digest.update(hashlib.sha256(file.path.read_bytes()).digest())
    return digest.hexdigest()


def program_files(training: Path = TRAINING) -> list[SourceFile]:
    """The program and all modules of `training` and `contract` that it imports, directly or not."""
    return needed_files([PROGRAM], {"training": training, "contract": CONTRACT})
