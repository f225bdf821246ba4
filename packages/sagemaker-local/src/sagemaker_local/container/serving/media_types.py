"""Reads the `Content-Type` and `Accept` headers the way the container does, with its exact refusals.

The container is lenient where HTTP is not (no content type means libsvm, a lone `csv` is a media type) and strict
where HTTP is lenient (an `Accept` list or quality value is one unknown type). This module keeps both.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

JSON = "application/json"
JSON_LINES = "application/jsonlines"
RECORDIO = "application/x-recordio-protobuf"
CSV = "text/csv"
NPY = "application/x-npy"

ACCEPTED_ANSWERS = [JSON, JSON_LINES, RECORDIO, CSV]


class RequestFormat(StrEnum):
    """What a request body can hold; the values are the container's own names."""

    CSV = "csv"
    LIBSVM = "libsvm"
    PARQUET = "parquet"
    RECORDIO = "recordio-protobuf"


_FORMATS = {
    "csv": RequestFormat.CSV,
    "libsvm": RequestFormat.LIBSVM,
    "parquet": RequestFormat.PARQUET,
    "recordio-protobuf": RequestFormat.RECORDIO,
    "text/csv": RequestFormat.CSV,
    "text/libsvm": RequestFormat.LIBSVM,
    "text/x-libsvm": RequestFormat.LIBSVM,
    "application/x-parquet": RequestFormat.PARQUET,
    "application/x-recordio-protobuf": RequestFormat.RECORDIO,
}

# Types outside text/ that werkzeug gives a charset too.
_TEXT_APPLICATIONS = frozenset(
    {
        "application/ecmascript",
        "application/javascript",
        "application/sql",
        "application/xml",
        "application/xml-dtd",
        "application/xml-external-parsed-entity",
    }
)


def split_header(value: str) -> tuple[str, dict[str, str]]:
    """Split a header into its first part and its parameters (names in lower case, quotes removed).

    A `;` inside double quotes does not separate. The result equals that of the `cgi.parse_header` of Python < 3.13.
    """
    parts = _parts(value)
    first = next(parts)
    parameters = {}
    for part in parts:
        name, equals, text = part.partition("=")
        if equals:
            parameters[name.strip().lower()] = _unquoted(text.strip())
    return first, parameters


def _parts(value: str) -> Iterator[str]:
    start = 0
    while start <= len(value):
        end = value.find(";", start)
        while end > start and _inside_quotes(value[start:end]):
            end = value.find(";", end + 1)
        end = len(value) if end < 0 else end
        yield value[start:end].strip()
        start = end + 1


def _inside_quotes(text: str) -> bool:
    return (text.count('"') - text.count('\\"')) % 2 == 1


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1].replace("\\\\", "\\").replace('\\"', '"')
    return text


def request_format(content_type: str | None) -> RequestFormat:
    """Say what format a request's body is in.

    Parameters
    ----------
    content_type
        The header as it came; `None` when there was none, which means libsvm.

    Raises
    ------
    ValueError
        With the container's sentence, if the type is unknown or a csv `label_size` is not 1.
    """
    if content_type is None:
        return RequestFormat.LIBSVM
    name, parameters = split_header(content_type.lower())
    found = _FORMATS.get(name)
    if found is None:
        message = f"{content_type} is not an accepted ContentType: {', '.join(_FORMATS)}."
        raise ValueError(message)
    if found is RequestFormat.CSV and parameters.get("label_size", "1") != "1":
        message = f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        raise ValueError(message)
    return found


def answer_type(accept: str, *, default: str) -> str:
    """Say which media type answers a request.

    Parameters
    ----------
    accept
        The `Accept` header, empty when there was none; parameters are ignored, lists are not understood.
    default
        Answers a missing or `*/*` header, unchecked.

    Raises
    ------
    ValueError
        With the container's sentence, if the type is not one of `ACCEPTED_ANSWERS`.
    """
    name, _ = split_header(accept)
    if not name or name == "*/*":
        return default
    if name.lower() not in ACCEPTED_ANSWERS:
        message = f"Accept type {name} is not supported. Please use supported accept types: {ACCEPTED_ANSWERS}."
        raise ValueError(message)
    return name.lower()


def content_type_header(media_type: str) -> str:
    """Write the answer's `Content-Type`: text types carry their charset.

    Source: `werkzeug.utils.get_content_type`.
    """
    is_text = media_type.startswith("text/") or media_type in _TEXT_APPLICATIONS or media_type.endswith("+xml")
    return f"{media_type}; charset=utf-8" if is_text else media_type
