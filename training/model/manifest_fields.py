"""Take typed values out of JSON, and say exactly which field is wrong. Knows nothing of what the fields mean."""

from __future__ import annotations

import math
import re
from typing import Any

from training.common.errors import ManifestError

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Fields:
    """The fields of one JSON object.

    Parameters
    ----------
    value
        what was parsed; must be an object
    name
        the file it stands in, for errors
    path
        where in the file, such as `metrics`
    remedy
        what to do about a field that is missing
    """

    def __init__(
        self,
        value: Any,
        *,
        name: str,
        path: str = "",
        remedy: str = "write the file again with the command that makes it",
    ) -> None:
        self._name, self._path, self._remedy = name, path, remedy
        if not isinstance(value, dict):
            raise ManifestError(f"{name}: {path or 'the document'} is {_kind(value)}, expected an object")
        self._value: dict[str, Any] = value

    def inner(self, key: str) -> Fields:
        """The object under `key`."""
        return Fields(self._get(key), name=self._name, path=self._at(key), remedy=self._remedy)

    def each(self, key: str) -> list[Fields]:
        """The objects in the list under `key`."""
        return [
            Fields(value, name=self._name, path=f"{self._at(key)}[{index}]", remedy=self._remedy)
            for index, value in enumerate(self._list(key))
        ]

    def text(self, key: str) -> str:
        """The non-empty string under `key`."""
        value = self._get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, value, "a non-empty string")
        return value

    def optional_text(self, key: str) -> str | None:
        """The non-empty string under `key`, or None when there is no such key."""
        return self.text(key) if key in self._value else None

    def text_or_null(self, key: str) -> str | None:
        """The non-empty string under `key`, or None when there is null; the key must be there."""
        return None if self._get(key) is None else self.text(key)

    def text_list(self, key: str) -> tuple[str, ...]:
        """The list of non-empty strings under `key`."""
        values = self._list(key)
        if not all(isinstance(value, str) and value for value in values):
            raise self._wrong(key, values, "a list of non-empty strings")
        return tuple(values)

    def truth(self, key: str) -> bool:
        """The boolean under `key`."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def sha256(self, key: str) -> str:
        """The 64 lower-case hexadecimal digits under `key`."""
        value = self.text(key)
        if not _SHA256.fullmatch(value):
            raise self._wrong(key, value, "64 lower-case hexadecimal digits")
        return value

    def whole(self, key: str, *, least: int = 0) -> int:
        """The whole number under `key`, at least `least`."""
        return self._whole(key, self._get(key), least)

    def number(self, key: str, *, least: float = 0, most: float = math.inf) -> float:
        """The finite number under `key`, within bounds."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(key, value, "a number")
        if not least <= value <= most:
            raise self._wrong(key, value, f"a number in {least:g}..{most:g}")
        return float(value)

    def wholes(self, key: str) -> tuple[int, ...]:
        """The list of whole numbers under `key`."""
        return tuple(self._whole(key, value, 0) for value in self._list(key))

    def whole_rows(self, key: str) -> tuple[tuple[int, ...], ...]:
        """The list of lists of whole numbers under `key`."""
        rows = self._list(key)
        if not all(isinstance(row, list) for row in rows):
            raise self._wrong(key, rows, "a list of lists")
        return tuple(tuple(self._whole(key, value, 0) for value in row) for row in rows)

    def texts(self) -> dict[str, str]:
        """All of it as strings by name."""
        return {key: self.text(key) for key in self._value}

    def whole_numbers(self) -> dict[str, int]:
        """All of it as whole numbers by name."""
        return {key: self.whole(key) for key in self._value}

    def _whole(self, key: str, value: Any, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._wrong(key, value, f"a whole number of at least {least}")
        return value

    def _list(self, key: str) -> list[Any]:
        value = self._get(key)
        if not isinstance(value, list):
            raise self._wrong(key, value, "a list")
        return value

    def _get(self, key: str) -> Any:
        if key not in self._value:
            raise ManifestError(f"{self._name} lacks {self._at(key)}; {self._remedy}")
        return self._value[key]

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _wrong(self, key: str, value: Any, expected: str) -> ManifestError:
        shown = repr(value) if isinstance(value, str | int | float) else _kind(value)
        return ManifestError(f"{self._name} has {self._at(key)} {shown[:80]}, expected {expected}")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
