"""One emulator for all contract tests that need one; it starts when the first of them asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.emulators import Emulator, World, build_world, running_emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator with signatures and policies enforced."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="session")
def world(emulator: Emulator) -> World:
    """The emulator with models and endpoint configurations `one`, `two` and `broken`."""
    return build_world(emulator, "one", "two", "broken")


@pytest.fixture(scope="session")
def serving(world: World) -> str:
    """Name of an endpoint that serves model `one`, for tests that only invoke it."""
    sagemaker = world.emulator.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="Serving", EndpointConfigName="one")
    assert world.settled("Serving")["EndpointStatus"] == "InService"
    return "Serving"
