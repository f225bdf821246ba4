"""The templates of every environment, synthesised once for all tests of this folder."""

from __future__ import annotations

import os

import pytest

from stacks.settings import ENVIRONMENTS
from tests.support.assemblies import Assembly, environments_with, synthesise_once

ENVIRONMENT_NAMES = tuple(ENVIRONMENTS)


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    """Every environment, synthesised once for all tests, also where several processes share them."""
    worker, folder = os.environ.get("PYTEST_XDIST_WORKER"), tmp_path_factory.getbasetemp()
    shared = (folder.parent if worker else folder) / "cdk.out"
    shared.mkdir(exist_ok=True)
    # Two processes begin at different ends, so that neither waits for what the other does.
    order = ENVIRONMENT_NAMES[::-1] if worker == "gw1" else ENVIRONMENT_NAMES
    return {name: synthesise_once(name, shared / name) for name in order}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Test every environment, or those that have what the module names in `NEEDS`: fields of `stacks.parts.Parts`."""
    if "assembly" in metafunc.fixturenames:
        needs = getattr(metafunc.module, "NEEDS", ())
        names = [name for name in ENVIRONMENT_NAMES if all(name in environments_with(part) for part in needs)]
        metafunc.parametrize("assembly", names, indirect=True)


@pytest.fixture
def assembly(request: pytest.FixtureRequest, assemblies: dict[str, Assembly]) -> Assembly:
    """Each environment in turn."""
    return assemblies[str(request.param)]


@pytest.fixture
def prod(assemblies: dict[str, Assembly]) -> Assembly:
    return assemblies["prod"]
