"""Settings of the consumer: its environment variables as one frozen object, read at the first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(Exception):
    """An environment variable is missing."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments: the bucket, where in it things go, and the queue of dead letters."""

    bucket: str
    parts_prefix: str
    dead_letters_prefix: str
    dead_letters_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        SettingsError
            If a variable is missing or empty.
        """
        return cls(
            bucket=_text(environment, "BUCKET"),
            parts_prefix=_text(environment, "PARTS_PREFIX"),
            dead_letters_prefix=_text(environment, "DEAD_LETTERS_PREFIX"),
            dead_letters_url=_text(environment, "DEAD_LETTERS_URL"),
        )


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        message = f"environment variable {name} is not set; the stack that deploys the function sets it"
        raise SettingsError(message)
    return value
