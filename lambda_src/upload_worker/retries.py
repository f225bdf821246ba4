"""When a failed message is delivered again: soon at first, then with growing delays (exponential backoff with jitter).

The SQS adapter. It only shortens the visibility time-out: if it fails, the queue delivers the message again after the
whole of it.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_SECONDS = 300
CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})


class RetryQueue:
    """The queue that the messages came from."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    @classmethod
    def connect(cls, url: str) -> RetryQueue:
        """Make the client; no request is sent."""
        return cls(boto3.client("sqs", config=CONFIG), url)

    def deliver_again(self, receipt_handle: str, seconds: int) -> bool:
        """Make a message visible again after some seconds; whether the queue accepted it."""
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
        except (ClientError, BotoCoreError):
            return False
        return True


def pause_seconds(receives: int, first: int) -> int:
    """Give the delay after a number of deliveries: doubled each time, plus a random part of up to as much."""
    longest = min(first * 2 ** min(max(receives, 1) - 1, 16), LONGEST_SECONDS)
    return min(random.randint(longest, 2 * longest), LONGEST_SECONDS)  # noqa: S311 - not for security
