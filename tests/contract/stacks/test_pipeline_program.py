"""The program of the pipeline's steps as it is deployed: a zip, run by another Python process that lacks the rest."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.training.pipeline_program import program_digest, program_files, write_program
from tests.support.training_digits import small_dataset
from training.common.files import pretty_json, write_file
from training.data.channels import write_channel
from training.data.mnist import IDX_SHA256

pytestmark = pytest.mark.slow

RUN = """
import importlib.abc, runpy, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
absent = set(sys.argv[1].split(","))
sys.meta_path.insert(0, Absent())
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs the zip as if those packages were not installed."""

ABSENT = ("typer", "click", "rich", "matplotlib", "aws_cdk", "stacks", "tests", "sagemaker_local", "boto3", "botocore")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, below a folder that holds nothing else."""
    folder = tmp_path_factory.mktemp("code")
    write_program(folder)
    return Path(shutil.make_archive(str(tmp_path_factory.mktemp("zip") / "code"), "zip", folder))


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", RUN, ",".join(ABSENT), str(program), *words]
    return subprocess.run(command, cwd=program.parent, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small channels and their manifest as they lie in the container."""
    folder = tmp_path_factory.mktemp("data")
    splits = small_dataset().splits()
    for name, split in splits.items():
        write_channel(folder / name, split, file_format="parquet", parts=1)
    counts = {name: len(split) for name, split in splits.items()}
    described = {"source": "npm:small", "source_sha256": dict(IDX_SHA256), "split": "as it is", "counts": counts}
    write_file(folder / "manifest.json", pretty_json(described))
    return folder


def check(program: Path, data: Path) -> subprocess.CompletedProcess[str]:
    words = [word for name in ("train", "validation", "test") for word in (f"--{name}", str(data / name))]
    rest = ["--manifest", str(data / "manifest.json"), "--report", str(data / "report")]
    rest += ["--hosts", "1", "--most-hosts", "1"]
    return run(program, "check-data", *words, *rest)


def test_it_runs_from_the_zip_with_what_the_image_has(program: Path, data: Path) -> None:
    done = check(program, data)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((data / "report/check.json").read_bytes())["counts"]["train"] == 400
    assert "npm:small: good" in done.stdout


def test_a_reason_is_one_line_of_the_log(program: Path, data: Path) -> None:
    write_channel(data / "test", small_dataset().train.slice(0, 100), file_format="parquet", parts=1)
    done = check(program, data)
    assert done.returncode == 1
    assert "images of the test split are also in train" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_evaluate_finds_all_that_it_imports(program: Path) -> None:
    done = run(program, "evaluate", "--help")
    assert done.returncode == 0, done.stderr
    assert "--promoted-log-loss" in done.stdout


def test_its_name_follows_what_is_in_it_and_nothing_else(tmp_path: Path) -> None:
    write_program(tmp_path)
    package = tmp_path / "training"
    assert program_digest(package) == program_digest()
    (package / "other.py").write_text("other")
    assert program_digest(package) == program_digest()
    with (package / "pipeline/steps.py").open("a") as file:
        file.write("import training.other\n")
    assert package / "other.py" in {file.path for file in program_files(package)}
    assert program_digest(package) != program_digest()


def test_it_holds_no_command_and_nothing_that_asks_aws() -> None:
    names = {file.place.as_posix() for file in program_files()}
    assert {"training/pipeline/steps.py", "training/model/job_model.py", "training/model/evaluation.py"} <= names
    assert not [name for name in names if name.startswith(("training/aws/", "training/commands/", "training/jobs/"))]
