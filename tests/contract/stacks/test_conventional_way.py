"""Without make and uv: pip installs the packages of functions as uv does, and `python app.py` writes all templates.

An environment as `python -m venv` makes it stands in for that of a person: it has pip, and the packages of this one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

from stacks.settings import ENVIRONMENTS
from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_target import FunctionTarget
from stacks.shared.locked_packages import find_uv, pip_command, remove_traces, run_installer, uv_command
from stacks.shared.node import node_binary

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def plain_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with pip and without uv that imports what this one does."""
    folder = tmp_path_factory.mktemp("plain") / ".venv"
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin/python"
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    Path(packages, "those.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return str(python)


def _contents(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(FunctionTarget.LAMBDA, id="lambda"),
        pytest.param(FunctionTarget.EMULATOR, id="emulator", marks=pytest.mark.exhaustive),
    ],
)
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-stream.txt", "requirements-pictures.txt"])
def test_pip_makes_the_folder_that_uv_makes(
    name: str, target: FunctionTarget, plain_python: str, tmp_path: Path
) -> None:
    with_uv, with_pip, uv = tmp_path / "uv", tmp_path / "pip", find_uv()
    assert uv is not None
    run_installer(uv_command(uv, SOURCES / name, with_uv, target))
    run_installer(pip_command(SOURCES / name, with_pip, target, python=plain_python))
    for folder in (with_uv, with_pip):
        remove_traces(folder)
    assert "typing_extensions.py" in _contents(with_pip)
    assert _contents(with_pip) == _contents(with_uv)


def test_the_application_is_synthesised_and_bundled_without_uv(plain_python: str, tmp_path: Path) -> None:
    path = os.pathsep.join([str(node_binary().parent), "/usr/bin", "/bin"])
    assert find_uv(plain_python, path) is None
    variables = {"PATH": path, "HOME": str(Path.home()), "CDK_OUTDIR": str(tmp_path / "cdk.out")}
    passed = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "NO_PROXY"))}
    command = [plain_python, "app.py"]
    done = subprocess.run(command, cwd=ROOT, env={**passed, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    stacks = {path.name for path in (tmp_path / "cdk.out").glob("*.template.json")}
    assert f"{ENVIRONMENTS['local'].stack_name('api')}.template.json" in stacks
    handlers = {path.parent.name for path in (tmp_path / "cdk.out").glob("asset.*/*/handler.py")}
    assert handlers == {path.parent.name for path in SOURCES.glob("*/handler.py")}
    assert list((tmp_path / "cdk.out").glob("asset.*/python/PIL/__init__.py"))
