"""docs/your-own-model.md is true: its changes apply to this repository, and its commands train a model of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/your-own-model.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is committed or new here, changed as the page says."""
    folder = tmp_path_factory.mktemp("own-model")
    command = ["git", "ls-files", "contract", "training", "lambda_src", "stacks", "tools"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for change in re.findall(r"^```diff\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        apply = ["git", "apply", "--unidiff-zero", "-"]
        subprocess.run(apply, cwd=folder, input=change, text=True, check=True)
    return folder


def test_the_changes_and_commands_of_the_page_make_a_model(copy: Path) -> None:
    commands = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in commands:
        shell = ["bash", "-euc", command]
        subprocess.run(shell, cwd=copy, env={**os.environ, "PATH": programs}, check=True)
    manifest = json.loads((copy / "build/model/manifest.json").read_text(encoding="utf-8"))
    assert manifest["features"] == 4
    assert f"{manifest['metrics']['accuracy'] * 30:.0f} of 30 test rows correct" in PAGE
    schemas = json.loads((copy / "lambda_src/http_api/openapi.json").read_text(encoding="utf-8"))["components"][
        "schemas"
    ]
    assert '"minItems": 4' in json.dumps(schemas)


@pytest.mark.parametrize("command", ["training look", "tools.calibrate", "tools.demo"])
def test_what_draws_images_says_so(copy: Path, command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=copy, env={**os.environ, "DIGITS_BUILD": "build"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode in {1, 2}
    assert re.fullmatch("error: .* needs images of 28 x 28 pixels, a row here has 4 values\n", run.stderr)


def test_the_settings_of_the_page_are_valid(copy: Path) -> None:
    program = "from stacks.settings import LOCAL; assert not LOCAL.parts.uploads"
    subprocess.run([sys.executable, "-c", program], cwd=copy, check=True)
