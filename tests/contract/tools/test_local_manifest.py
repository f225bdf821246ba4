"""Commands that look at what is deployed in the emulator take the manifest with which it was deployed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tools.deployment import ROOT
from tools.local import DEFAULT_MANIFEST

SHOW = "from tools.environments import deployment_of; print(deployment_of('local').manifest)"


@pytest.mark.parametrize("given", [True, False])
def test_it_is_the_one_that_a_variable_names_or_the_packaged_one(
    emulator: Emulator, tmp_path: Path, given: bool
) -> None:
    manifest = tmp_path / "manifest.json"
    variables = {name: value for name, value in os.environ.items() if name != "DIGITS_MANIFEST"}
    variables |= {"DIGITS_MANIFEST": str(manifest)} if given else {}
    variables["SAGEMAKER_LOCAL_STATE_DIR"] = str(emulator.state)
    found = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, env=variables, text=True, capture_output=True, check=True
    )
    assert found.stdout.strip() == str(manifest if given else DEFAULT_MANIFEST)
