"""The program of the pipeline's steps: the few modules of `training/` that they need, as one zip that Python runs.

`python3 CODE.zip COMMAND` works in the built-in image, which has numpy, xgboost and pyarrow but nothing else that
`training/` uses. Packing needs no network. The zip is named by the digest of its modules, so a change of any other part
of `training/` changes neither the pipeline nor the role that may download it. Nothing of `training/` is imported here:
which modules the program needs is read in their sources.
"""

from __future__ import annotations

import ast
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1] / "training"

PROGRAM = "pipeline_steps"
MAIN = f"import sys\n\nfrom training.{PROGRAM} import main\n\nsys.exit(main())\n"


def write_program(folder: Path) -> None:
    """Write what goes into the zip into an empty folder."""
    for path in needed_files():
        target = folder / "training" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(TRAINING / path, target)
    (folder / "__main__.py").write_text(MAIN, encoding="utf-8")


def program_digest(source: Path = TRAINING) -> str:
    """SHA-256 of all that is in the zip, from the modules in `source`."""
    digest = hashlib.sha256(MAIN.encode())
    for path in needed_files(source):
        digest.update(f"\0{path.as_posix()}\0".encode())
        digest.update(hashlib.sha256((source / path).read_bytes()).digest())
    return digest.hexdigest()


def needed_files(source: Path = TRAINING) -> list[Path]:
    """The program and all modules of the package that it imports, directly or not, relative to `source`."""
    found: set[Path] = set()
    waiting = [f"training.{PROGRAM}"]
    while waiting:
        for path in _files(waiting.pop(), source):
            if path not in found:
                found.add(path)
                waiting += _imported((source / path).read_text(encoding="utf-8"))
    return sorted(found)


def _files(name: str, source: Path) -> Iterator[Path]:
    """The files that run when a module of the package is imported: its own, and those of the packages around it."""
    words = name.split(".")[1:]
    for count in range(len(words) + 1):
        inner = Path(*words[:count])
        for path in (inner / "__init__.py", inner.with_suffix(".py") if words[:count] else Path("__init__.py")):
            if (source / path).is_file():
                yield path


def _imported(text: str) -> list[str]:
    """Full names of what a source imports of `training` when it runs; names inside modules are among them."""
    tree = ast.parse(text)
    typing_only = {id(child) for node in ast.walk(tree) if _is_type_checking(node) for child in ast.walk(node)}
    names: list[str] = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.partition(".")[0] == "training"]


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
