"""An emulator of its own for what makes it fail, or changes what is deployed in it: one process, file by file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stacks.settings import LOCAL
from tests.e2e.conftest import emulator_options
from tests.support.e2e_fixtures import api, events
from tools.accept.stage import Stage
from tools.accept.updates import EndpointStack
from tools.deployment import Deployment

__all__ = ["api", "events"]
NAME = "alone"


@pytest.fixture(scope="session")
def deployment(deploy_everything: Callable[[str], Deployment]) -> Deployment:
    """The application, deployed for the tests of this folder."""
    return deploy_everything(NAME)


@pytest.fixture
def faults(shared: Path) -> Iterator[Callable[..., None]]:
    """A function that makes something fail, as `sagemaker-local faults` does; it is well again afterwards."""
    failing: set[str] = set()

    def set_fault(target: str, *words: str) -> None:
        failing.add(target)
        command = [sys.executable, "-m", "sagemaker_local", "faults", target, *words]
        subprocess.run([*command, *emulator_options(shared, NAME)], check=True)

    yield set_fault
    for target in failing:
        set_fault(target, "clear")


@pytest.fixture
def stack(deployment: Deployment) -> Iterator[EndpointStack]:
    """The stack of the endpoint, as it was when the test ends."""
    stage = Stage(deployment, LOCAL, print)
    yield EndpointStack(stage)
    stage.close()
    assert stage.left == []
