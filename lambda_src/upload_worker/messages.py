"""Parses the messages of the queue: S3's event notifications, read strictly. Pure.

Format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from contract.json_text import read_json

_TEST_EVENT = "s3:TestEvent"


class MessageError(Exception):
    """A message is no event of S3. It is never discarded: after some deliveries it becomes a dead letter."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One version of one object."""

    bucket: str
    key: str
    version: str

    @property
    def job_id(self) -> str:
        """The job that the key was made for: the last segment of the key."""
        return self.key.rpartition("/")[2]


def uploads_in(body: str) -> list[Upload]:
    """Read the body of a message.

    Returns
    -------
    list of Upload
        Usually one. None for the test event that S3 sends when a notification is set up.

    Raises
    ------
    MessageError
        If it is anything else.
    """
    try:
        message: Any = read_json(body)
        if message.get("Event") == _TEST_EVENT:
            return []
        return [_upload(record["s3"]) for record in message["Records"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"the message is no event of S3 ({error!r}): {body[:200]!r}"
        raise MessageError(msg) from error


def _upload(facts: dict[str, Any]) -> Upload:
    picture = facts["object"]
    return Upload(
        bucket=str(facts["bucket"]["name"]),
        key=unquote_plus(str(picture["key"])),
        version=str(picture.get("versionId") or ""),
    )
