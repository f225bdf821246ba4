"""The modules of the package import one another without a circle, imports for types included."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src"


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")


MODULES = {_module(path): path for path in SOURCES.rglob("*.py")}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (name for name in (inner if inner in MODULES else str(node.module),) if name in MODULES)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: set(_imported(path)) for name, path in MODULES.items()}
    assert graph["sagemaker_local.sagemaker.operations"] >= {"sagemaker_local.sagemaker.service"}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle
