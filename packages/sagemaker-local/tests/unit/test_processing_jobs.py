"""Processing jobs of the emulator without processes: states, checks, and paths of the container."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.jobs import processing_checks
from sagemaker_local.sagemaker.jobs.processing_folder import ProcessingFolder
from sagemaker_local.sagemaker.jobs.processing_jobs import ProcessingJobs
from sagemaker_local.sagemaker.jobs.records import JobStatus
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import check_input
from support.job_requests import processing_request

SCOPE = Scope(account="123456789012", region="eu-west-1")


def test_a_processing_job_through_its_life() -> None:
    ticks = itertools.count(1000)
    jobs = ProcessingJobs(SCOPE, lambda: float(next(ticks)))
    job = jobs.create(processing_request("P"))
    with pytest.raises(ServiceError, match="Job name must be unique"):
        jobs.create(processing_request("p"))
    jobs.started(job)
    jobs.finish(job, JobStatus.FAILED, reason="AlgorithmError: x", message="m" * 2000)
    assert (job.status, len(job.exit_message or "")) == (JobStatus.FAILED, 1024)
    with pytest.raises(ServiceError, match="is in status Failed"):
        jobs.stop("p")
    jobs.delete("P")
    with pytest.raises(ServiceError, match="Could not find requested job with name: P"):
        jobs.job("P")


def test_paths_of_the_container_become_paths_of_this_machine(tmp_path: Path) -> None:
    folder = ProcessingFolder(tmp_path / "algo-1")
    inside = f"{tmp_path}/algo-1/processing"
    assert folder.translated("/opt/ml/processing/input/x") == f"{inside}/input/x"
    assert folder.translated("--data=/opt/ml/processing") == f"--data={inside}"
    assert folder.translated("a:/opt/ml/processing/b:/opt/ml/output/message") == (
        f"a:{inside}/b:{tmp_path}/algo-1/output/message"
    )
    for kept in ("/my/opt/ml/processing/x", "/opt/ml/processings", "/opt/ml/model"):
        assert folder.translated(kept) == kept


REFUSED_PROCESSING: dict[str, tuple[dict[str, Any], str]] = {
    "no program": ({"ContainerEntrypoint": None}, "Python programs that an input brings"),
    "a shell": ({"ContainerEntrypoint": ["bash", "-c", "ls"]}, "Python programs that an input brings"),
    "a program of the image": ({"ContainerEntrypoint": ["python3", "/opt/program.py"]}, "that an input brings"),
    "another image": ({"ImageUri": "a/mine:1"}, "only runs the built-in XGBoost image"),
    "a path elsewhere": ({"LocalPath": "/data"}, "LocalPath must begin with /opt/ml/processing/; got '/data'"),
    "a path out of it": ({"LocalPath": "/opt/ml/processing/../x"}, "LocalPath must begin with"),
    "pipes": ({"S3InputMode": "Pipe"}, "S3InputMode File without compression only"),
}


@pytest.mark.parametrize("case", sorted(REFUSED_PROCESSING))
def test_a_processing_request_that_cannot_be_run_is_refused(case: str) -> None:
    changes, text = REFUSED_PROCESSING[case]
    processing_checks.check(check_input("CreateProcessingJob", processing_request("x")))
    with pytest.raises(ServiceError, match=text):
        processing_checks.check(processing_request("x", **changes))
