"""One emulator for all contract tests that need one; it starts when the first of them asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.emulator import Emulator, running_emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A running emulator with signatures and policies enforced."""
    with running_emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started
