"""The stand-in of the training container against what the real container did with 349 inputs.

Compared are exit code, failure text, printed lines, log lines, and every bit of every file that is left.
"""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xgboost

from sagemaker_local.training_container import main
from support.training_recordings import case_named, lay_out, masked_failure, masked_log, recordings, saved

CASES = recordings()["cases"]
SHARES = 8
# What Python says of its own notation depends on Python's version; only its last line is compared.
SYNTAX = ("monotone_constraints = '(1,'", "interaction_constraints = '[[1'")


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """Give back the logging, warnings and signals that a process of its own would have changed for good."""
    handlers, level = logging.root.handlers[:], logging.root.level
    handler = signal.getsignal(signal.SIGTERM)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield
    logging.root.handlers[:], logging.root.level = handlers, level
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_recorded_input_has_the_same_outcome(
    share: int, tmp_path: Path, undisturbed: None, capfd: pytest.CaptureFixture[str]
) -> None:
    different = {}
    for number, case in list(enumerate(CASES))[share::SHARES]:
        outcome = outcome_of(case, tmp_path / str(number), capfd)
        if comparable(case, outcome) != comparable(case, escaped(case["recorded"])):
            different[case["name"]] = (outcome, case["recorded"])
    assert different == {}


def outcome_of(case: dict[str, Any], opt_ml: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What the stand-in does with the input of a case."""
    lay_out(opt_ml, case)
    xgboost.set_config(verbosity=1)  # a hyperparameter changes it for the whole process
    exit_code = main(["--opt-ml", str(opt_ml)])
    printed, logged = capfd.readouterr()
    failure = opt_ml / "output" / "failure"
    return {
        "exit_code": exit_code,
        "failure": masked_failure(failure.read_text("utf-8")) if failure.exists() else None,
        "printed": printed.splitlines(),
        "logged": masked_log(logged),
        "files": saved(opt_ml),
    }


def escaped(recorded: dict[str, Any]) -> dict[str, Any]:
    """A recorded outcome with its lines as CloudWatch shows them."""
    return recorded | {name: [line.replace("\t", "#011") for line in recorded[name]] for name in ("printed", "logged")}


def comparable(case: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any]:
    """An outcome without what chance decides: folds are drawn at random, there and here."""
    if case["name"] in SYNTAX:
        return outcome | {"failure": outcome["failure"].splitlines()[-1]}
    if "_kfold" not in case["hyperparameters"]:
        return outcome
    printed = [line.split("#011")[0] for line in outcome["printed"]]
    return outcome | {"files": sorted(outcome["files"]), "printed": printed}


def test_the_recordings_cover_success_and_failure() -> None:
    codes = [case["recorded"]["exit_code"] for case in CASES]
    assert (codes.count(0), codes.count(1)) == (148, 201)


def test_a_difference_would_be_seen(tmp_path: Path, undisturbed: None, capfd: pytest.CaptureFixture[str]) -> None:
    case = case_named("binary")
    other = {**case, "hyperparameters": case["hyperparameters"] | {"eta": "0.31"}}
    outcome = outcome_of(other, tmp_path / "other", capfd)
    assert {name for name, value in outcome.items() if value != escaped(case["recorded"])[name]} == {"printed", "files"}
