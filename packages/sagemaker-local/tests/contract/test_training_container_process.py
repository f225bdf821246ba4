"""The training process as a process: several hosts at once, a stop, the end of the program that started it.

What one host does with its input is held elsewhere (`test_training_container_recordings.py`).
"""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import xgboost

from support.emulators import eventually, free_port
from support.training_recordings import case_named, lay_out

ROOT = Path(__file__).resolve().parents[2]
HOSTS = ["algo-1", "algo-2"]
# What two hosts of the real container make of the halves of the data.
RECORDED_MODEL = "645f843f42e5015c7fb475469bbe7c7de9eabef8924b328ad82aed8347571ca6"
HALVES = (
    {"train/part-0.csv": "multi-a.csv", "validation/part-0.csv": "multi-v.csv"},
    {"train/part-0.csv": "multi-b.csv", "validation/part-0.csv": "multi-v.csv"},
)

pytestmark = pytest.mark.slow
HYPERPARAMETERS = {"tree_method": "hist", "eval_metric": "mlogloss,accuracy"}


def start(opt_ml: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sagemaker_local.training_container", "--opt-ml", str(opt_ml)]
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def two_hosts(folder: Path, files: tuple[dict[str, Any], dict[str, Any]]) -> list[tuple[int, str]]:
    """Exit code and output of two hosts that train together."""
    port, running = free_port(), []
    for host, own in zip(HOSTS, files, strict=True):
        case = case_named("softprob with validation")
        hyperparameters = case["hyperparameters"] | HYPERPARAMETERS
        resources = {"current_host": host, "hosts": HOSTS, "network_interface_name": "lo"}
        lay_out(folder / host, {**case, "hyperparameters": hyperparameters, "files": own, "resources": resources})
        running.append(start(folder / host, "--rendezvous", f"127.0.0.1:{port}"))
    outputs = [process.communicate()[0] for process in running]
    return [(process.returncode, output) for process, output in zip(running, outputs, strict=True)]


def metrics_of(output: str) -> dict[str, str]:
    """The metrics of the last round."""
    last = [line for line in output.replace("\t", "#011").splitlines() if "#011train-" in line][-1]
    return dict(part.split(":", 1) for part in last.split("#011")[1:])


def one_host() -> dict[str, str]:
    """What one host makes of all the data."""
    return metrics_of("\n".join(case_named("softprob with validation")["recorded"]["printed"]))


def model_of(opt_ml: Path) -> str:
    return hashlib.sha256((opt_ml / "model" / "xgboost-model").read_bytes()).hexdigest()


def test_two_hosts_make_the_model_that_two_hosts_of_the_real_container_make(tmp_path: Path) -> None:
    (code, output), (other_code, other) = two_hosts(tmp_path, HALVES)
    assert (code, other_code) == (0, 0), output + other
    assert model_of(tmp_path / "algo-1") == RECORDED_MODEL
    assert not list((tmp_path / "algo-2" / "model").iterdir())
    assert metrics_of(output)["validation-mlogloss"] == one_host()["validation-mlogloss"]
    assert "#011train-mlogloss" not in other


def test_a_host_without_data_takes_no_part(tmp_path: Path) -> None:
    (code, output), (other_code, other) = two_hosts(tmp_path, (HALVES[0], {"train/": None, "validation/": None}))
    assert (code, other_code) == (0, 0), output + other
    assert "Host algo-2 not being used for distributed training." in other
    assert "Train matrix has 30 rows" in output
    assert (tmp_path / "algo-1" / "model" / "xgboost-model").exists()


def test_a_host_that_fails_makes_the_others_fail(tmp_path: Path) -> None:
    (code, output), (other_code, other) = two_hosts(
        tmp_path, (HALVES[0], HALVES[1] | {"train/part-0.csv": "label-3.csv"})
    )
    assert (code, other_code) == (1, 1)
    assert "label must be discrete values in the range of [0, num_class)" in failure(tmp_path / "algo-2")
    assert "failed" in failure(tmp_path / "algo-1")
    printed = output + other + failure(tmp_path / "algo-1") + failure(tmp_path / "algo-2")
    assert " /opt/venv/lib64/python3.12/site-packages/xgboost/lib/libxgboost.so(" in printed
    assert sys.prefix not in printed


def failure(opt_ml: Path) -> str:
    return (opt_ml / "output" / "failure").read_text("utf-8")


@pytest.mark.parametrize("stop", ["terminate", "end of standard input"])
def test_a_stopped_host_leaves_the_model_so_far_if_it_was_asked_to(tmp_path: Path, stop: str) -> None:
    model = tmp_path / "model" / "xgboost-model"
    with start(long_training(tmp_path, save_model_on_termination="true"), "--exit-with-stdin") as process:
        eventually(model.exists)
        (tmp_path / "model" / "left-over").write_text("no model", encoding="utf-8")
        if stop == "terminate":
            process.terminate()
        process.communicate()  # closes its standard input
    assert process.returncode == 0
    assert [path.name for path in (tmp_path / "model").iterdir()] == [model.name]
    assert xgboost.Booster(model_file=bytearray(model.read_bytes())).num_boosted_rounds() > 0


def test_a_stopped_host_leaves_nothing_otherwise(tmp_path: Path) -> None:
    with start(long_training(tmp_path), "--exit-with-stdin") as process:
        assert process.stdout is not None
        next(line for line in process.stdout if line.startswith("[0]#011"))
        process.terminate()
        process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert not list((tmp_path / "model").iterdir())


def long_training(opt_ml: Path, **more: str) -> Path:
    case = case_named("softprob with validation")
    lay_out(opt_ml, {**case, "hyperparameters": case["hyperparameters"] | {"num_round": "100000"} | more})
    return opt_ml


@pytest.mark.parametrize("address", ["9099", "127.0.0.1:port", ":9099"])
def test_an_impossible_rendezvous_is_one_sentence(address: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sagemaker_local.training_container",
        "--opt-ml",
        str(tmp_path),
        "--rendezvous",
        address,
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_files_may_be_called_as_they_like(tmp_path: Path) -> None:
    case = case_named("softprob with validation")
    odd = {
        "train/part;1 #a?b=c.csv": "multi-a.csv",
        "train/part-2.csv": "multi-b.csv",
        "validation/v.csv": "multi-v.csv",
    }
    lay_out(tmp_path, {**case, "files": odd})
    with start(tmp_path) as process:
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert "Train matrix has 60 rows and 4 columns" in output
    assert metrics_of(output) == one_host()


def test_script_mode_is_refused_in_a_sentence(tmp_path: Path) -> None:
    case = case_named("binary")
    lay_out(tmp_path, {**case, "hyperparameters": {**case["hyperparameters"], "sagemaker_program": '"train.py"'}})
    with start(tmp_path) as process:
        process.communicate()
    assert process.returncode == 1
    assert failure(tmp_path).splitlines()[-1].startswith("this emulator trains in algorithm mode only")
