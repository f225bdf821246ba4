"""The packages of the functions that read pictures: NumPy, OpenCV and Pillow without what only developers use."""

from __future__ import annotations

from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_packages import FunctionPackages

PICTURE_PACKAGES = FunctionPackages(
    name="PicturePackages",
    requirements=SOURCES / "requirements-pictures.txt",
    left_out=(
        # Tests, and what compilers and type checkers read.
        "numpy/tests",
        "numpy/*/tests",
        "numpy/_core/include",
        "numpy/_core/lib",
        "numpy/f2py",
        "**/*.pyi",
    ),
)
