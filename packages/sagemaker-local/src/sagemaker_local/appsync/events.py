"""The events of one publish: at most five JSON texts of at most 240 KB.

https://docs.aws.amazon.com/appsync/latest/eventapi/publish-http.html
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sagemaker_local.appsync.errors import Json
from sagemaker_local.json_text import read_json

EVENTS_MAX = 5
EVENT_BYTES_MAX = 240 * 1024


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event, as it was published."""

    index: int
    text: str
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))

    def success(self) -> Json:
        """What its publisher gets to know of it."""
        return {"identifier": self.identifier, "index": self.index}

    def failure(self, code: int, message: str) -> Json:
        """The same if it was not delivered."""
        return {**self.success(), "code": code, "message": message}


def parse(listed: object) -> list[Event]:
    """The events of a request.

    Raises
    ------
    ValueError
        When they are too many or too long, or no JSON texts; the text about too many is the service's.
    """
    if not isinstance(listed, list) or not listed:
        msg = "events must be a list of 1 to 5 JSON texts"
        raise ValueError(msg)
    if len(listed) > EVENTS_MAX:
        msg = f"input exceeded {EVENTS_MAX} event limit"
        raise ValueError(msg)
    for index, text in enumerate(listed):
        _check(index, text)
    return [Event(index=index, text=text) for index, text in enumerate(listed)]


def _check(index: int, text: object) -> None:
    try:
        read_json(text if isinstance(text, str) else "")
    except ValueError as error:
        msg = f"event {index} is not a JSON text"
        raise ValueError(msg) from error
    if (size := len(str(text).encode())) > EVENT_BYTES_MAX:
        msg = f"event {index} has {size} bytes; at most {EVENT_BYTES_MAX} (240 KB) are allowed"
        raise ValueError(msg)
