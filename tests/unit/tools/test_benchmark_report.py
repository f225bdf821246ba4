"""The small pure pieces of `benchmarks/`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest

from benchmarks.report import installed


def test_a_package_is_found_where_its_build_for_the_processor_has_another_name() -> None:
    # numpy stands for xgboost: there is no `numpy-cpu` here, as there is no `xgboost-cpu` on macOS.
    assert installed("numpy") == installed("numpy-cpu") == ("numpy", version("numpy"))


def test_a_package_that_is_not_here_is_named() -> None:
    with pytest.raises(PackageNotFoundError, match="nothing-here"):
        installed("nothing-here")
