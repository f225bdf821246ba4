"""Read untrusted JSON: limits on size and depth, no duplicate members, finite numbers.

Python's reader keeps the last of two members of the same name, takes NaN and Infinity, makes infinity of 1e400, and
ends in RecursionError or in objects that nothing can print when values are nested deeply. RFC 8259, sections 4, 6 and
9, lets a reader refuse all of that.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from contract.errors import ContractError

JSON_BYTES_MAX = 16 << 20
"""Bytes of the largest document: one of the stream's manifests, with 10,000 ids, has 1.3 MB."""

JSON_DEPTH_MAX = 64
"""Levels of lists and objects; documents of this project have six."""

_NAME_CHARACTERS = 40
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"?')
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


class JsonTextError(ContractError):
    """A text is not JSON, or not JSON that is read here; the text of the error is the reason, without a subject."""


def read_json(content: str | bytes, *, bytes_max: int = JSON_BYTES_MAX) -> Any:
    """Read a JSON text.

    Parameters
    ----------
    content
        Bytes are UTF-8 without a byte order mark.
    bytes_max
        The largest size in bytes.

    Raises
    ------
    JsonTextError
        If it is larger, nested more deeply than `JSON_DEPTH_MAX`, not UTF-8 or not JSON, or has a member twice, NaN,
        Infinity, or a number that no float can hold.
    """
    try:
        text = within_limits(content, bytes_max=bytes_max)
        if text.startswith("\ufeff"):
            raise JsonTextError("it begins with a byte order mark; send UTF-8 without one")  # noqa: TRY301
        return json.loads(text, parse_constant=_constant, parse_float=_finite, object_pairs_hook=_members)
    except UnicodeDecodeError as error:
        raise JsonTextError(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise JsonTextError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        # Python's own limit is counted from where the caller stands.
        raise JsonTextError("it is nested too deeply") from None
    except JsonTextError:
        raise
    except ValueError:
        # https://docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation
        raise JsonTextError("a number has too many digits") from None


def within_limits(content: str | bytes, *, bytes_max: int = JSON_BYTES_MAX) -> str:
    """The text, if a reader of JSON can take it without harm.

    Raises
    ------
    JsonTextError
        If it is too large or nested too deeply.
    UnicodeDecodeError
        If it is not UTF-8.
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(data) > bytes_max:
        raise JsonTextError(f"it has {len(data):,} bytes, allowed are {bytes_max:,}")
    if _depth(data) > JSON_DEPTH_MAX:
        raise JsonTextError(f"it is nested too deeply, allowed are {JSON_DEPTH_MAX} levels")
    return content if isinstance(content, str) else data.decode("utf-8")


def _depth(data: bytes) -> int:
    """The most lists and objects that are open at a time, in time and memory that grow with the size alone."""
    if data.count(b"[") + data.count(b"{") <= JSON_DEPTH_MAX:
        return 0
    if b"\\" in data:
        data = _ESCAPE.sub(b"", data)
    steps = _STRING.sub(b"", data.translate(None, _NOT_STRUCTURE)).translate(_STEPS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


def _constant(name: str) -> None:
    raise JsonTextError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise JsonTextError(f"the number {_cut(text)} is too large")
    return value


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise JsonTextError(f"the member {json.dumps(_cut(repeated))} occurs more than once")
    return members


def _cut(text: str) -> str:
    return text if len(text) <= _NAME_CHARACTERS else f"{text[:_NAME_CHARACTERS]}..."
