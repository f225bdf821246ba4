"""Environment variables of a function, read strictly. Pure; the settings of each function are built with it."""

from __future__ import annotations

import re
from collections.abc import Mapping


class SettingsError(Exception):
    """An environment variable is missing or has a value that cannot be used."""


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
