"""The program of the pipeline's steps: the few modules of `training/` that they need, as one zip that Python runs.

`python3 CODE.zip COMMAND` works in the built-in image, which has numpy, xgboost and pyarrow but nothing else that
`training/` uses. Packing needs no network. The zip is named by the digest of its modules, so a change of any other part
of `training/` changes neither the pipeline nor the role that may download it. Nothing of `training/` is imported here.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1] / "training"

MODULES = (
    "__init__",
    "adoption",
    "artifact",
    "channel_reading",
    "channels",
    "data_checks",
    "data_folder",
    "dataset",
    "errors",
    "evaluation",
    "files",
    "manifest",
    "manifest_fields",
    "mnist",
    "model_card",
    "model_records",
    "pipeline_steps",
)
"""Everything that `training.pipeline_steps` imports, directly or not; a test runs the zip with nothing else of ours."""

MAIN = "import sys\n\nfrom training.pipeline_steps import main\n\nsys.exit(main())\n"


def write_program(folder: Path) -> None:
    """Write what goes into the zip into an empty folder."""
    package = folder / "training"
    package.mkdir()
    for module in MODULES:
        shutil.copyfile(TRAINING / f"{module}.py", package / f"{module}.py")
    (folder / "__main__.py").write_text(MAIN, encoding="utf-8")


def program_digest(source: Path = TRAINING) -> str:
    """SHA-256 of all that is in the zip, from the modules in `source`."""
    digest = hashlib.sha256(MAIN.encode())
    for module in MODULES:
        digest.update(f"\0{module}\0".encode())
        digest.update(hashlib.sha256((source / f"{module}.py").read_bytes()).digest())
    return digest.hexdigest()
