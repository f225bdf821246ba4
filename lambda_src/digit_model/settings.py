"""Settings of the prediction function: its environment variables as one frozen object.

Read at the first request, not on import. `LOG_LEVEL` and `POWERTOOLS_SERVICE_NAME` are read by the logger itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contract.errors import ContractError
from contract.model_card import ModelCard, parse_model_card


class SettingsError(Exception):
    """An environment variable is missing or has a value that cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments. Times are in seconds, for each attempt; attempts include the first."""

    endpoint_name: str
    model_card: ModelCard
    connect_timeout_seconds: float
    read_timeout_seconds: float
    total_attempts: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        SettingsError
            If a variable is missing, not of its type or out of range.
        """
        return cls(
            endpoint_name=required_text(environment, "ENDPOINT_NAME"),
            model_card=_model_card(required_text(environment, "MODEL_CARD")),
            connect_timeout_seconds=_seconds(environment, "CONNECT_TIMEOUT_SECONDS"),
            read_timeout_seconds=_seconds(environment, "READ_TIMEOUT_SECONDS"),
            total_attempts=_attempts(environment, "TOTAL_ATTEMPTS"),
        )


def required_text(environment: Mapping[str, str], name: str) -> str:
    """Read a variable that must be set.

    Raises
    ------
    SettingsError
        If it is not, or is blank.
    """
    value = environment.get(name, "").strip()
    if not value:
        message = f"environment variable {name} is not set; the stack that deploys the function sets it"
        raise SettingsError(message)
    return value


def whole_number(environment: Mapping[str, str], name: str) -> int:
    """Read a variable that must be a whole number from 1.

    Raises
    ------
    SettingsError
        If it is not.
    """
    text = required_text(environment, name)
    if not re.fullmatch(r"[1-9]\d{0,14}", text):
        message = f"environment variable {name} is {text!r}; a whole number from 1 is needed"
        raise SettingsError(message)
    return int(text)


def _seconds(environment: Mapping[str, str], name: str) -> float:
    text = required_text(environment, name)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 60:  # the endpoint itself gives up after 60 s
        message = f"environment variable {name} is {text!r}; a number of seconds between 0 and 60 is needed"
        raise SettingsError(message)
    return seconds


def _attempts(environment: Mapping[str, str], name: str) -> int:
    text = required_text(environment, name)
    if not re.fullmatch(r"[1-9]", text):
        message = f"environment variable {name} is {text!r}; a whole number from 1 to 9 is needed"
        raise SettingsError(message)
    return int(text)


def _model_card(text: str) -> ModelCard:
    try:
        return parse_model_card(text, name="environment variable MODEL_CARD")
    except ContractError as error:
        raise SettingsError(str(error)) from None
