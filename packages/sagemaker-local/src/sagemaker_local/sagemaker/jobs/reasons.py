"""How SageMaker words why a job failed.

The whole is cut at 1,024 characters, so that of a long traceback neither the sentence at its end nor the exit code is
left: https://github.com/aws/amazon-sagemaker-examples/issues/4555 shows such a reason.

Other sources: public reports of users, such as https://github.com/aws/amazon-sagemaker-examples/issues/1740, and
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-signal-success-failure.html
"""

from __future__ import annotations

from sagemaker_local.faults.fault import Fault, Kind
from sagemaker_local.sagemaker.jobs.records import JobFailed

_KILLED = 137
_MEMORY = (
    "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an "
    "instance."
)
_LONGEST = 1024
# The containers of the built-in algorithms say in the first words of the file whose fault it is.
_KINDS = {"Customer Error": "ClientError", "Algorithm Error": "AlgorithmError", "Platform Error": "InternalServerError"}
_FAULTS = {
    Kind.CAPACITY: (
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML "
        "instance type."
    ),
    Kind.INTERNAL: "InternalServerError: We encountered an internal error.  Please try again.",
}


def of_failure(text: str, exit_code: int) -> str:
    """FailureReason of a container that ended with an error.

    Parameters
    ----------
    text
        What it wrote to `/opt/ml/output/failure`; empty if nothing.
    exit_code
        Its exit code; 128 and the number of the signal for one that was killed.
    """
    if exit_code == _KILLED and not text:
        return f"{_MEMORY}, exit code: {exit_code}"
    head, separator, rest = text.partition(": ")
    kind, words = (_KINDS[head], rest) if separator and head in _KINDS else ("AlgorithmError", text)
    return f"{kind}: {words.rstrip()}, exit code: {exit_code}"[:_LONGEST]


def of_processing(exit_code: int) -> str:
    """FailureReason of a processing job's program that ended with an error."""
    if exit_code == _KILLED:
        return _MEMORY
    return f"AlgorithmError: See job logs for more information, exit code: {exit_code}"


def raise_fault(fault: Fault | None) -> None:
    """Fail the job according to a fault.

    Raises
    ------
    JobFailed
        When there is a fault.
    """
    if fault is not None:
        raise JobFailed(_FAULTS[fault.kind])
