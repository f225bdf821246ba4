"""What the end of a job means, and what to do next: SageMaker's reasons in one sentence each."""

from __future__ import annotations

import re

from training.common.errors import JobEndedError
from training.jobs.description import Job

_ADVICE = (
    (r"hyperparameter", "correct the hyperparameters, python -m training fit --list shows them"),
    (
        r"channel|content ?type|delimiter|Failed to load|csv|parquet|label",
        "correct the channels and publish them again",
    ),
    (r"capacity", "use another instance type, or try again later"),
    (r"memory|killed|exit code: 137", "use an instance type with more memory, or more instances"),
    (r"no space|disk", "raise volume_gb"),
    (r"AccessDenied|not authorized|Forbidden|permission", "give the role access to the bucket and submit again"),
    (r"NoSuchKey|does not exist|No S3 objects", "publish the channels with: python -m training publish --channels"),
    (r"internal", "submit it again; the fault is not yours"),
)


def raise_unless_completed(job: Job) -> None:
    """Do nothing for a job that has completed.

    Raises
    ------
    JobEndedError
        for any other: why, and what to do
    """
    if job.status == "Completed":
        return
    if job.status == "Failed":
        reason = reason_of(job)
        raise JobEndedError(f"the job {job.name} failed: {reason}; {_advice(reason, job.name)}")
    if job.phase == "MaxRuntimeExceeded":
        raise JobEndedError(f"the job {job.name} was stopped after its longest run time; raise max_run_seconds")
    if job.phase == "MaxWaitTimeExceeded":
        raise JobEndedError(
            f"the job {job.name} got no spot capacity in time; raise max_wait_seconds, or submit it with --on-demand"
        )
    kept = f"; what there is can be fetched with: python -m training fetch {job.name}" if job.left_a_model else ""
    raise JobEndedError(f"the job {job.name} was stopped{kept}")


def reason_of(job: Job) -> str:
    """Why it failed, in SageMaker's words, on one line and without the trace of a program that the log has anyway."""
    reason = " ".join((job.failure_reason or "no reason was given").split())
    return reason.partition("Traceback (most recent call last)")[0].rstrip(" .:,")


def _advice(reason: str, name: str) -> str:
    known = (advice for pattern, advice in _ADVICE if re.search(pattern, reason, re.IGNORECASE))
    return next(known, f"read its log: python -m training jobs {name} --follow")
