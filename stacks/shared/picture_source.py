"""What is deployed of a function that reads pictures: NumPy, OpenCV and Pillow without what only developers use."""

from __future__ import annotations

from stacks.shared.function_bundle import FunctionSource

UNUSED = (
    "numpy/tests",
    "numpy/*/tests",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/f2py",
    "**/*.pyi",
)
"""Tests, and what compilers and type checkers read."""


def picture_source(package: str) -> FunctionSource:
    """The source of a function below `lambda_src/` that reads pictures."""
    return FunctionSource(
        package=package, has_requirements=True, requirements_name="requirements-pictures.txt", left_out=UNUSED
    )
