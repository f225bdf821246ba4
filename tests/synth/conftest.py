"""The templates of every environment, synthesised once for all tests of this folder."""

from __future__ import annotations

import os

import pytest

from tests.support.assemblies import Assembly, synthesise_once

ENVIRONMENT_NAMES = ("local", "dev", "prod")


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    """Every environment, synthesised once for all tests, also where several processes share them."""
    worker, folder = os.environ.get("PYTEST_XDIST_WORKER"), tmp_path_factory.getbasetemp()
    shared = (folder.parent if worker else folder) / "cdk.out"
    shared.mkdir(exist_ok=True)
    # Two processes begin at different ends, so that neither waits for what the other does.
    order = ENVIRONMENT_NAMES[::-1] if worker == "gw1" else ENVIRONMENT_NAMES
    return {name: synthesise_once(name, shared / name) for name in order}


@pytest.fixture(params=ENVIRONMENT_NAMES)
def assembly(request: pytest.FixtureRequest, assemblies: dict[str, Assembly]) -> Assembly:
    """Each environment in turn."""
    return assemblies[str(request.param)]


@pytest.fixture
def prod(assemblies: dict[str, Assembly]) -> Assembly:
    return assemblies["prod"]
