"""The stream on Kinesis: `training.stream.sending.Stream` by PutRecords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from contract.stream_record import Record
from training.aws.clients import client
from training.aws.errors import explained
from training.common.errors import StreamError

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

_LATER = {"ProvisionedThroughputExceededException", "LimitExceededException", "KMSThrottlingException"}


class KinesisStream:
    """One stream.

    Parameters
    ----------
    stream
        its name
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        with explained(self.name):
            self._client: KinesisClient = client("kinesis")

    @property
    def name(self) -> str:
        """The stream as people write it."""
        return f"the stream {self._stream}"

    def put(self, records: Sequence[Record]) -> list[str]:
        """Offer some records; for each the reason why it was not taken, or "" where it was.

        The id is the partition key: records spread over the shards, and the same record always goes to the same one.
        """
        entries = [{"Data": record.payload, "PartitionKey": record.id} for record in records]
        with explained(self.name):
            try:
                response = self._client.put_records(StreamName=self._stream, Records=entries)  # type: ignore[arg-type]
            except ClientError as problem:
                code = problem.response["Error"]["Code"]
                if code == "ResourceNotFoundException":
                    raise StreamError(f"{self.name} is not there; deploy its stack, or correct --environment") from None
                if code in _LATER:
                    return [code] * len(records)
                raise
        return [result.get("ErrorCode", "") for result in response["Records"]]
