"""Which files of ours a program needs when it runs: its modules, and all that they import, directly or not.

What is deployed is what the sources import: there is no list beside them that could be forgotten. The sources are read,
nothing of them is run; imports for type checkers only do not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, kw_only=True, order=True)
class SourceFile:
    """A file of a program: its place in what is deployed, and where it is here."""

    place: PurePosixPath
    path: Path


def needed_files(modules: Iterable[str], folders: Mapping[str, Path]) -> list[SourceFile]:
    """Find the modules and everything of `folders` that they import.

    Parameters
    ----------
    modules
        Full names of the modules that a program starts with, such as `prediction.handler`.
    folders
        Folder of each top-level package that belongs to the program; what else is imported is not ours to deploy.

    Returns
    -------
    list of SourceFile
        In the order of their places; the `__init__.py` of every package around a module is among them.
    """
    found: set[SourceFile] = set()
    waiting = list(modules)
    while waiting:
        for file in _files(waiting.pop(), folders):
            if file not in found:
                found.add(file)
                imported = _imported(file.path.read_text(encoding="utf-8"))
                waiting += [name for name in imported if name.partition(".")[0] in folders]
    return sorted(found)


def _files(module: str, folders: Mapping[str, Path]) -> Iterator[SourceFile]:
    """The files that run when a module is imported: its own, and those of the packages around it."""
    top, *inner = module.split(".")
    for count in range(len(inner) + 1):
        inside = PurePosixPath(*inner[:count])
        candidates = [inside / "__init__.py"]
        if count:
            candidates.append(inside.with_suffix(".py"))
        for candidate in candidates:
            if (path := folders[top] / candidate).is_file():
                yield SourceFile(place=PurePosixPath(top) / candidate, path=path)


@cache
def _imported(text: str) -> tuple[str, ...]:
    """Full names of what a source imports when it runs; names inside modules are among them."""
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
    return tuple(names)


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
