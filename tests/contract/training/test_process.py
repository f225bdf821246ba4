"""`python -m training` as a process: it starts fast, Ctrl-C keeps the rounds, a kill leaves nothing half-written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.training_digits import small_data_folder

ROOT = Path(__file__).parents[3]
STOPS = "stops after the current step; Ctrl-C again stops at once and saves nothing\n"
HEAVY = ("xgboost", "pyarrow", "matplotlib", "boto3", "numpy")


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "training", *arguments],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys, training.commands.command_line; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.slow
def test_ctrl_c_keeps_the_rounds_so_far(tmp_path: Path) -> None:
    small_data_folder(tmp_path)
    process = start("--build", str(tmp_path), "fit", "--num-round", "100000", "--set", "early_stopping_rounds=",
                    "--set", "nthread=1")  # fmt: skip
    assert process.stdout
    for line in process.stdout:
        if line.startswith("round"):
            break
    process.send_signal(signal.SIGINT)
    out, error = process.communicate()
    assert process.returncode == 130
    assert error == STOPS
    assert "interrupted after" in out
    record = json.loads((tmp_path / "model/fit.json").read_bytes())
    assert 1 <= record["training"]["rounds"] < 100_000
    assert {path.name for path in (tmp_path / "model").iterdir()} == {"xgboost-model", "fit.json"}
    evaluate = start("--build", str(tmp_path), "evaluate")
    evaluate.communicate()
    assert evaluate.returncode == 0


def test_a_second_ctrl_c_ends_the_process_without_an_exception() -> None:
    code = """
import os, signal
from training.commands.fit_run import stop_on_interrupt
with stop_on_interrupt() as stop_requested:
    signal.raise_signal(signal.SIGINT)
    print(stop_requested(), flush=True)
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        print("an exception, in which the library would abort", flush=True)
"""
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=False)
    assert answer.returncode == 130
    assert answer.stdout == "True\n"
    assert answer.stderr == f"{STOPS}error: interrupted; nothing was saved\n"


@pytest.mark.slow
def test_ctrl_c_during_prepare_leaves_nothing_behind(tmp_path: Path) -> None:
    process = start("--build", str(tmp_path), "prepare", "--parts", "200")
    deadline = time.monotonic() + 200
    while process.poll() is None and not list(tmp_path.glob(".data.*.tmp/train/*.csv")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == 130
    assert error == "error: interrupted; no file was left incomplete\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_after_a_kill_the_next_run_cleans_up(tmp_path: Path) -> None:
    process = start("--build", str(tmp_path), "prepare", "--parts", "200")
    deadline = time.monotonic() + 200
    while process.poll() is None and not list(tmp_path.glob(".data.*.tmp/train/*.csv")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.communicate()
    assert [path.name for path in tmp_path.iterdir()] == [f".data.{process.pid}.tmp"]
    small_data_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
