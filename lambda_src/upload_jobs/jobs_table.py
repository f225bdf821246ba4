"""The table of jobs: the DynamoDB adapter, for the function that creates jobs and for the one that ends them.

Attributes of an item are those of `Job`; its outcome is JSON text, because DynamoDB has no floats. DynamoDB itself
removes an item some time after `forgotten_at`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway.problems import INTERNAL_ERROR, ProblemError
from upload_jobs.jobs import Job, Status
from upload_jobs.problems import STORAGE_UNAVAILABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TEXTS = ("job_id", "owner", "key", "content_type", "correlation_id")
_NUMBERS = ("created_at", "deadline_at", "forgotten_at")

TRANSIENT = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
"""Transient errors of DynamoDB. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html"""

CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})
"""Three attempts of four seconds at most: within every function's time-out."""


class JobsTable:
    """A table whose partition key is `job_id`; implements `upload_jobs.jobs.Jobs`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    @classmethod
    def connect(cls, table: str) -> JobsTable:
        """Make the client; no request is sent."""
        return cls(boto3.client("dynamodb", config=CONFIG), table)

    def create(self, job: Job) -> None:
        """Store a new job.

        Raises
        ------
        ProblemError
            `storage-unavailable` for transient errors, `internal-error` for all others.
        """
        with _problems():
            try:
                self._client.put_item(
                    TableName=self._table, Item=to_item(job), ConditionExpression="attribute_not_exists(job_id)"
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                # It exists if the response to an earlier attempt of the client was lost.
                if self.find(job.job_id) != job:
                    raise

    def find(self, job_id: str) -> Job | None:
        """Look a job up; strongly consistent, so that a result is visible once it was announced.

        Raises
        ------
        ProblemError
            As `create`.
        """
        if not job_id:
            return None
        with _problems():
            response = self._client.get_item(TableName=self._table, Key={"job_id": {"S": job_id}}, ConsistentRead=True)
        return from_item(response["Item"]) if "Item" in response else None

    def end(self, job_id: str, status: Status, outcome: Mapping[str, Any]) -> bool:
        """End a job that is pending; False if it had ended already or is not known.

        Raises
        ------
        ProblemError
            As `create`.
        """
        with _problems():
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key={"job_id": {"S": job_id}},
                    UpdateExpression="SET #status = :status, outcome = :outcome",
                    ConditionExpression="#status = :pending",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={
                        ":status": {"S": status},
                        ":pending": {"S": Status.PENDING},
                        ":outcome": {"S": json.dumps(outcome, separators=(",", ":"), allow_nan=False)},
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True


def to_item(job: Job) -> dict[str, Any]:
    """Make the item of a job."""
    return {
        **{name: {"S": getattr(job, name)} for name in _TEXTS},
        **{name: {"N": str(getattr(job, name))} for name in _NUMBERS},
        "status": {"S": str(job.status)},
        "outcome": {"S": json.dumps(job.outcome, separators=(",", ":"))},
    }


def from_item(item: Mapping[str, Any]) -> Job:
    """Make the job of an item."""
    members: dict[str, Any] = {name: item[name]["S"] for name in _TEXTS}
    members |= {name: int(item[name]["N"]) for name in _NUMBERS}
    return Job(
        **members,
        status=Status(item["status"]["S"]),
        outcome=json.loads(item["outcome"]["S"]),
    )


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        problem = STORAGE_UNAVAILABLE if code in TRANSIENT else INTERNAL_ERROR
        raise ProblemError(problem, problem.remedy, cause=str(error)[:500]) from error
    except BotoCoreError as error:
        raise ProblemError(STORAGE_UNAVAILABLE, STORAGE_UNAVAILABLE.remedy, cause=str(error)[:500]) from error
