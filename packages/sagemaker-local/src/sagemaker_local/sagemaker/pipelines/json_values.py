"""Reads JSON values of a pipeline definition that must be objects, arrays or texts, and words what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.shapes import Json


def wrong(what: str) -> ServiceError:
    """The service's answer to a definition that it cannot use."""
    return validation(f"Unable to parse pipeline definition. {what}")


def as_object(value: Any) -> Json:
    """The value, if it is an object."""
    if not isinstance(value, dict):
        raise wrong("Expecting start of Json Object.")
    return value


def as_list(value: Any) -> list[Any]:
    """The value, if it is an array."""
    if not isinstance(value, list):
        raise wrong("Expecting start of Json Array.")
    return value


def as_texts(value: Any, what: str) -> list[str]:
    """The value, if it is an array of texts."""
    texts = as_list(value)
    for text in texts:
        if not isinstance(text, str):
            raise wrong(f"{what} must be texts; got {text!r}.")
    return texts


def check_members(document: Json, members: Iterable[str]) -> None:
    """See that an object has no other members than those."""
    if unknown := sorted(document.keys() - set(members)):
        raise wrong(f"Unknown member '{unknown[0]}'; allowed are {', '.join(sorted(members))}.")
