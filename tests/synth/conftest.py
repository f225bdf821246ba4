"""The templates of every environment, synthesised once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.synth.assemblies import Assembly, synthesise

ENVIRONMENT_NAMES = ("local", "dev", "prod")


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    """Every environment, synthesised once for all tests."""
    folder: Path = tmp_path_factory.mktemp("cdk.out")
    return {name: synthesise(name, folder / name) for name in ENVIRONMENT_NAMES}


@pytest.fixture(params=ENVIRONMENT_NAMES)
def assembly(request: pytest.FixtureRequest, assemblies: dict[str, Assembly]) -> Assembly:
    """Each environment in turn."""
    return assemblies[str(request.param)]


@pytest.fixture
def prod(assemblies: dict[str, Assembly]) -> Assembly:
    return assemblies["prod"]
