"""From messages of the queue to uploads: S3's event notifications, read strictly. Pure.

Format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote_plus

_TEST_EVENT = "s3:TestEvent"


class MessageError(Exception):
    """A message is no event of S3. It is never thrown away: after some deliveries it lands in the dead-letter queue."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One version of one object: what makes an upload the same when it is told twice."""

    bucket: str
    key: str
    version: str

    def to_json(self) -> dict[str, str]:
        """Give it as a JSON object."""
        return asdict(self)

    @property
    def job_id(self) -> str:
        """The job that the key was made for: its last part."""
        return self.key.rpartition("/")[2]


def uploads_in(body: str) -> list[Upload]:
    """Read the body of a message.

    Returns
    -------
    list of Upload
        Usually one. None for the event with which S3 tries a new notification out.

    Raises
    ------
    MessageError
        If it is anything else.
    """
    try:
        message: Any = json.loads(body)
        if message.get("Event") == _TEST_EVENT:
            return []
        return [_upload(record["s3"]) for record in message["Records"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        msg = f"the message is no event of S3 ({error!r}): {body[:200]!r}"
        raise MessageError(msg) from error


def _upload(facts: dict[str, Any]) -> Upload:
    picture = facts["object"]
    return Upload(
        bucket=str(facts["bucket"]["name"]),
        key=unquote_plus(str(picture["key"])),
        version=str(picture.get("versionId") or ""),
    )
