"""The function's environment variables: read as one object, refused with the name of the bad one."""

from __future__ import annotations

import json

import pytest

from digit_model.settings import EndpointSettings
from gateway.environment import SettingsError

CARD = {"sha256": "0123456789ab" + "0" * 52, "features": 784, "classes": list(range(10)), "metrics": {"accuracy": 0.98}}

ENVIRONMENT = {
    "ENDPOINT_NAME": "digits-local",
    "MODEL_CARD": json.dumps(CARD),
    "CONNECT_TIMEOUT_SECONDS": "1",
    "READ_TIMEOUT_SECONDS": "8.5",
    "TOTAL_ATTEMPTS": "2",
}


def test_reads_the_environment() -> None:
    settings = EndpointSettings.from_environment(ENVIRONMENT)
    assert settings.endpoint_name == "digits-local"
    assert settings.model_card.document == CARD
    assert settings.model_card.short_digest == "0123456789ab"
    assert (settings.connect_timeout_seconds, settings.read_timeout_seconds, settings.total_attempts) == (1.0, 8.5, 2)


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_names_the_variable_that_is_missing(name: str) -> None:
    with pytest.raises(SettingsError, match=f"environment variable {name} is not set"):
        EndpointSettings.from_environment({key: value for key, value in ENVIRONMENT.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONNECT_TIMEOUT_SECONDS", "soon"),
        ("CONNECT_TIMEOUT_SECONDS", "0"),
        ("READ_TIMEOUT_SECONDS", "nan"),
        ("READ_TIMEOUT_SECONDS", "60"),
        ("TOTAL_ATTEMPTS", "0"),
        ("TOTAL_ATTEMPTS", "2.0"),
        ("MODEL_CARD", "{"),
        ("MODEL_CARD", "[]"),
        ("MODEL_CARD", json.dumps(CARD | {"sha256": "abc"})),
        ("MODEL_CARD", json.dumps(CARD | {"features": 785})),
        ("MODEL_CARD", json.dumps(CARD | {"classes": [1, 0]})),
    ],
)
def test_refuses_a_value_that_cannot_be_used(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        EndpointSettings.from_environment(ENVIRONMENT | {name: value})
