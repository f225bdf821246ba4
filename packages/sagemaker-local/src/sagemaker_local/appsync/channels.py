"""The grammar of channels: one to five segments of letters, digits and dashes, the first of which is the namespace.

https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespaces.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ANY = "*"
_SEGMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?")
_SEGMENTS_MAX = 5


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel, or with `*` as its last segment all channels below one."""

    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: object, *, wildcard: bool = False) -> Channel:
        """Read a channel; the slashes around it may be missing.

        Raises
        ------
        ValueError
            When it is none, or a wildcard where none is allowed.
        """
        segments = text.strip("/").split("/") if isinstance(text, str) else []
        named = segments[:-1] if wildcard and segments[1:] and segments[-1] == ANY else segments
        if not 1 <= len(segments) <= _SEGMENTS_MAX or not all(map(_SEGMENT.fullmatch, named)):
            last = ", and * as the last" if wildcard else ""
            msg = f"{text!r} is no channel: allowed are 1 to 5 segments of 1 to 50 letters, digits and dashes{last}"
            raise ValueError(msg)
        return cls(segments=tuple(segments))

    @property
    def namespace(self) -> str:
        """Name of the namespace that it belongs to."""
        return self.segments[0]

    @property
    def path(self) -> str:
        """With its slashes."""
        return "/" + "/".join(self.segments)

    def receives(self, other: Channel) -> bool:
        """Whether who subscribed to this gets what is published to the other."""
        if self.segments[-1] != ANY:
            return self.segments == other.segments
        above = self.segments[:-1]
        return len(other.segments) > len(above) and other.segments[: len(above)] == above
