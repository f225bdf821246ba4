"""The format of channels as an option, the same for all commands."""

from __future__ import annotations

from enum import StrEnum


class ChannelFormat(StrEnum):
    """Formats of the channels."""

    CSV = "csv"
    PARQUET = "parquet"
