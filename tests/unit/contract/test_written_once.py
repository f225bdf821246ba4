"""What the parts agree on stands in `contract` and nowhere else, written for the Python of notebook instances."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contract import bucket_layout, schemas, upload_layout
from contract.digit import PIXEL_MAX, PIXELS, SIDE
from contract.xgboost_image import END_OF_PATCH, REGISTRY_ACCOUNTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("contract", "stacks", "lambda_src", "training", "tools", "benchmarks")
OTHER_MEANINGS = {
    ("stacks/notebook/settings.py", SIDE),  # the smallest network has a prefix of 28 bits
    ("stacks/shared/locked_packages.py", SIDE),  # a version of glibc
    ("training/jobs/spec.py", SIDE),  # days
    ("tools/review/comment.py", PIXEL_MAX),  # characters of a logical id
}
NAMES = {"SIDE", "PIXELS", "PIXEL_MAX", "CLASSES", "FEATURES", "COLUMN_NAMES", "END_OF_PATCH", "REGISTRY_ACCOUNTS"}
NAMES |= {"KEY_PREFIX"}
PREFIXES = {value for name, value in vars(bucket_layout).items() if name.endswith("_PREFIX")}


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the application outside its tests, by its path."""
    paths = [ROOT / "app.py", *(path for part in PARTS for path in (ROOT / part).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def elsewhere() -> Iterator[tuple[str, ast.AST]]:
    """Every node outside `contract`."""
    for path, tree in trees().items():
        if not path.startswith("contract/"):
            yield from ((path, node) for node in ast.walk(tree))


def texts_of(tree: ast.Module) -> Iterator[str]:
    """String constants of a module that are no docstrings."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def test_one_function_reads_manifests() -> None:
    package = (ROOT / "packages/sagemaker-local/src").rglob("*.py")
    sources = [ast.unparse(tree) for tree in trees().values()] + [path.read_text(encoding="utf-8") for path in package]
    assert sum(len(re.findall(r"def read_manifest\b", source)) for source in sources) == 1


def test_the_shape_of_a_digit_is_no_number_elsewhere() -> None:
    numbers = {SIDE, PIXELS, PIXELS + 1, PIXEL_MAX}
    found = {
        (path, node.value)
        for path, node in elsewhere()
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in numbers
    }
    assert found == OTHER_MEANINGS


def test_no_constant_of_the_contract_is_assigned_elsewhere() -> None:
    assert [
        f"{path} assigns {node.id}"
        for path, node in elsewhere()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in NAMES
    ] == []


def test_no_prefix_or_key_of_the_bucket_is_spelled_elsewhere() -> None:
    spelled = re.compile(rf"(^|[/{{}}])({'|'.join(sorted(map(re.escape, PREFIXES), key=len, reverse=True))})")
    found = [
        f"{path}: {text!r}"
        for path, tree in trees().items()
        if not path.startswith("contract/")
        for text in texts_of(tree)
        if (spelled.search(text) and not text.startswith("models/current.json"))
        or text.startswith(upload_layout.KEY_PREFIX)
        or text.endswith(bucket_layout.ARCHIVE_NAME)
    ]
    assert found == []


def test_the_table_of_images_is_nowhere_else() -> None:
    rows = set(REGISTRY_ACCOUNTS.values()) | {"sagemaker-xgboost", *END_OF_PATCH}
    found = [
        f"{path}: {text!r}"
        for path, tree in trees().items()
        if not path.startswith("contract/")
        for text in texts_of(tree)
        if text in rows
    ]
    assert found == []


def test_every_schema_is_named_once() -> None:
    names = Counter(
        text for tree in trees().values() for text in texts_of(tree) if re.fullmatch(r"digits\.[a-z-]+/\d+", text)
    )
    assert {name: count for name, count in names.items() if count > 1} == {}
    assert {value for value in vars(schemas).values() if isinstance(value, str)} & names.keys() >= {schemas.MODEL}


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "contract").rglob("*.py"))
)
def test_the_contract_is_written_for_python_3_10(path: str) -> None:
    ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 10))
    newer = {"tomllib", "Self", "StrEnum", "UTC", "LiteralString", "assert_never", "ExceptionGroup", "override"}
    imports = [node for node in ast.walk(trees()[path]) if isinstance(node, ast.ImportFrom | ast.Import)]
    assert {alias.name for node in imports for alias in node.names} & newer == set()
