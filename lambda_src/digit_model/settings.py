"""The endpoint and its model: the environment variables about them as one frozen object.

Read at the first request, not on import. `LOG_LEVEL` and `POWERTOOLS_SERVICE_NAME` are read by the logger itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contract.errors import ContractError
from contract.model_card import ModelCard, parse_model_card
from gateway.environment import SettingsError, required_text


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """How the endpoint is called. Times are in seconds, for each attempt; attempts include the first."""

    endpoint_name: str
    model_card: ModelCard
    connect_timeout_seconds: float
    read_timeout_seconds: float
    total_attempts: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> EndpointSettings:
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


def _seconds(environment: Mapping[str, str], name: str) -> float:
    text = required_text(environment, name)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 60:  # the endpoint's own time-out
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
