"""Settings of the consumer: its environment variables as one frozen object, read at the first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.environment import required_text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments: the bucket, its prefixes, and the dead-letter queue."""

    bucket: str
    parts_prefix: str
    dead_letters_prefix: str
    dead_letters_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        gateway.environment.SettingsError
            If a variable is missing or empty.
        """
        return cls(
            bucket=required_text(environment, "BUCKET"),
            parts_prefix=required_text(environment, "PARTS_PREFIX"),
            dead_letters_prefix=required_text(environment, "DEAD_LETTERS_PREFIX"),
            dead_letters_url=required_text(environment, "DEAD_LETTERS_URL"),
        )
