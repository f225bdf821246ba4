"""The request of a job is the one that is written down, and one that botocore's model of the service takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from tests.support.training_jobs import ONE_HOST, SHAPES
from training.jobs.request import create_training_job_request, job_definition
from training.model.hyperparameters import Hyperparameters

GOLDEN = Path(__file__).parent / "training_job_requests.json"


def test_the_golden_file_holds_every_shape() -> None:
    assert set(json.loads(GOLDEN.read_text(encoding="utf-8"))) == set(SHAPES)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_request_is_the_one_written_down(shape: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert create_training_job_request(SHAPES[shape]) == golden[shape]


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.slow
def test_botocore_finds_nothing_wrong_with_it(shape: str) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    operation = model.operation_model("CreateTrainingJob")
    assert operation.input_shape
    report = ParamValidator().validate(create_training_job_request(SHAPES[shape]), operation.input_shape)
    assert not report.has_errors(), report.generate_report()


def test_hyperparameters_read_back_as_the_same() -> None:
    request = create_training_job_request(ONE_HOST)
    assert Hyperparameters.from_sagemaker(request["HyperParameters"]) == ONE_HOST.hyperparameters
    assert all(isinstance(value, str) for value in request["HyperParameters"].values())


def test_a_tuning_job_takes_the_rest_of_it() -> None:
    request = create_training_job_request(ONE_HOST)
    own = {"TrainingJobName", "HyperParameters", "Tags"}
    assert job_definition(ONE_HOST) == {name: value for name, value in request.items() if name not in own}


def _empty(value: Any) -> bool:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value in (None, "", [], {}) or any(map(_empty, members))


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_nothing_in_it_is_empty(shape: str) -> None:
    assert not _empty(create_training_job_request(SHAPES[shape]))
