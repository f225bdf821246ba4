"""The endpoint and its model: the environment variables about them as one frozen object.

Read at the first request, not on import. `LOG_LEVEL` and `POWERTOOLS_SERVICE_NAME` are read by the logger itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.digit import CLASSES, PIXELS
from gateway.environment import SettingsError, required_text

SHORT_DIGEST_LENGTH = 12


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The public part of the served model's manifest.

    Attributes
    ----------
    document
        The JSON object as `GET /model` returns it, without the member `model`.
    sha256
        Digest of the artifact, 64 hexadecimal digits.
    """

    document: Mapping[str, Any]
    sha256: str

    @property
    def short_digest(self) -> str:
        """First 12 digits of the artifact's SHA-256: names the model in every response."""
        return self.sha256[:SHORT_DIGEST_LENGTH]


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
        document = json.loads(text)
    except ValueError as error:
        message = f"environment variable MODEL_CARD is not JSON: {error}"
        raise SettingsError(message) from error
    if not isinstance(document, dict):
        message = f"environment variable MODEL_CARD is a JSON {type(document).__name__}; an object is needed"
        raise SettingsError(message)
    sha256 = document.get("sha256")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        message = f"MODEL_CARD has sha256 {sha256!r}; 64 hexadecimal digits are needed"
        raise SettingsError(message)
    if document.get("features") != PIXELS or document.get("classes") != list(range(CLASSES)):
        message = (
            f"MODEL_CARD describes features {document.get('features')!r} and classes {document.get('classes')!r}; "
            f"this function serves {PIXELS} features and the digits 0 to {CLASSES - 1}"
        )
        raise SettingsError(message)
    return ModelCard(document=document, sha256=sha256)
