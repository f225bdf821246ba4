"""Read typed values from JSON, and report everything that is wrong with it. Independent of the meaning of the values.

Strict: a boolean is no number, 7.0 is no whole number, numbers are finite, texts are Unicode. Whole numbers are those
that every reader of JSON keeps exactly (RFC 8259, section 6).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract.errors import ContractError
from contract.json_text import JSON_BYTES_MAX, JsonTextError, read_json
from contract.visible import visible

TEXT = "a text that is not empty"
WHOLE_MAX = 2**53 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN_CHARACTERS = 80
_SHOWN_PROBLEMS = 50
_ABSENT = object()


def parse_json(content: str | bytes, *, name: str, remedy: str) -> Any:
    """Parse JSON, within the limits of `contract.json_text`.

    Parameters
    ----------
    content
        What was read; bytes are UTF-8.
    name, remedy
        What it is and what to do about it, for the error.

    Raises
    ------
    ContractError
        If it is not JSON.
    """
    try:
        return read_json(content)
    except JsonTextError as error:
        raise ContractError(f"{name} cannot be read: it is not JSON ({error}); {remedy}") from None


def read_json_file(path: Path, *, what: str, how_to_get: str) -> Any:
    """Parse a JSON file.

    Raises
    ------
    ContractError
        If it is missing, unreadable or not JSON; the text says `what` it is and `how_to_get` it.
    """
    try:
        with path.open("rb") as file:
            content = file.read(JSON_BYTES_MAX + 1)
    except FileNotFoundError:
        raise ContractError(f"there is no {what} at {path}; {how_to_get}") from None
    except OSError as error:
        raise ContractError(f"the {what} {path} cannot be read: {error.strerror}; {how_to_get}") from None
    return parse_json(content, name=f"the {what} {path}", remedy=how_to_get)


class JsonFields:
    """The members of a JSON object.

    A member that is missing or not allowed adds a line to `problems`, and a stand-in value is returned, so that one
    run names all of them; `check` raises what was found.

    Parameters
    ----------
    value
        What was parsed.
    path
        Where in the document it is, such as `metrics`; empty for the document itself.
    problems
        Where lines are added; objects inside objects share them.
    text_max
        Characters of the longest name or text, as ASCII JSON has them; None for no limit. Objects inside share it.
    """

    def __init__(
        self, value: Any, *, path: str = "", problems: list[str] | None = None, text_max: int | None = None
    ) -> None:
        self._path = path
        self._text_max = text_max
        self.problems: list[str] = [] if problems is None else problems
        if not isinstance(value, dict):
            self.problems.append(f"{path or 'the document'} is {_shown(value)}; allowed is an object")
        self._members: dict[str, Any] = value if isinstance(value, dict) else {}
        for key in self._members:
            if not _is_unicode(key):
                self.problems.append(f"the member {_shown(key)} has a name that is not Unicode")
            elif self._is_too_long(key):
                self.problems.append(f"the member {_shown(key)} has too long a name; allowed is {self._limit()}")

    def check(self, name: str, *, remedy: str) -> None:
        """Raise if anything was wrong.

        Parameters
        ----------
        name, remedy
            What the document is and what to do about it.

        Raises
        ------
        ContractError
            One line for one problem, else a line for each.
        """
        if len(self.problems) == 1:
            raise ContractError(f"{name} cannot be used: {self.problems[0]}; {remedy}")
        if self.problems:
            more = len(self.problems) - _SHOWN_PROBLEMS
            lines = "".join(f"\n  {problem}" for problem in self.problems[:_SHOWN_PROBLEMS])
            lines += f"\n  ... and {more} more" if more > 0 else ""
            raise ContractError(f"{name} cannot be used:{lines}\n{remedy}")

    def refuse(self, key: str, allowed: str) -> None:
        """Add the member `key` to the problems; `allowed` says what it should be."""
        value = self._members.get(key, _ABSENT)
        state = "is missing" if value is _ABSENT else f"is {_shown(value)}"
        self.problems.append(f"{self._at(key)} {state}; allowed is {allowed}")

    def inner(self, key: str, *, text_max: int | None = None) -> JsonFields:
        """The object under `key`, whose texts may have another length than the others."""
        value = self._take(key, "an object", lambda found: isinstance(found, dict), {})
        return JsonFields(value, path=self._at(key), problems=self.problems, text_max=text_max or self._text_max)

    def each(self, key: str) -> list[JsonFields]:
        """The objects in the list under `key`."""
        values = self._take(key, "a list of objects", lambda found: isinstance(found, list), [])
        return [
            JsonFields(value, path=f"{self._at(key)}[{index}]", problems=self.problems, text_max=self._text_max)
            for index, value in enumerate(values)
        ]

    def exactly(self, key: str, expected: Any) -> None:
        """Refuse any other value under `key`; 1, 1.0 and true are different."""
        text = json.dumps(expected)
        self._take(key, repr(expected), lambda found: json.dumps(found) == text, expected)

    def text(self, key: str, *, allowed: str = TEXT, rule: Callable[[str], object] = bool) -> str:
        """The string under `key`, for which `rule` holds; `allowed` says the rule in words."""
        value: str = self._take(key, allowed, lambda found: _is_unicode(found) and rule(found), "")
        if self._is_too_long(value):
            self.refuse(key, f"{allowed}, of {self._limit()}")
        return value

    def optional_whole(self, key: str, *, absent: int, most: int) -> int:
        """The whole number from 0 to `most` under `key`, or `absent` when there is no such member."""
        return self.whole(key, most=most) if key in self._members else absent

    def optional_number(self, key: str) -> float | None:
        """The finite number of at least 0 under `key`, or None when there is no such member."""
        return self.number(key) if key in self._members else None

    def optional_inner(self, key: str) -> JsonFields | None:
        """The object under `key`, or None when there is no such member."""
        return self.inner(key) if key in self._members else None

    def optional_text(self, key: str) -> str | None:
        """The string under `key`, or None when there is no such member."""
        return self.text(key) if key in self._members else None

    def text_or_null(self, key: str) -> str | None:
        """The string under `key`, or None when there is null; the member must be there."""
        value: str | None = self._take(key, f"{TEXT}, or null", lambda found: found is None or _is_text(found), None)
        return value

    def text_list(self, key: str) -> tuple[str, ...]:
        """The list of strings under `key`, none of them empty."""
        return tuple(self._take(key, "a list of texts that are not empty", _is_list_of(_is_text), []))

    def sha256(self, key: str) -> str:
        """The SHA-256 under `key`."""
        return self.text(key, allowed="64 lower-case hexadecimal digits", rule=_SHA256.fullmatch)

    def truth(self, key: str) -> bool:
        """The boolean under `key`."""
        value: bool = self._take(key, "true or false", lambda found: isinstance(found, bool), False)
        return value

    def whole(self, key: str, *, least: int = 0, most: int | None = None) -> int:
        """The whole number under `key`, within bounds."""
        allowed = f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"
        value: int = self._take(key, allowed, lambda found: _is_whole(found, least, most), least)
        return value

    def number(self, key: str, *, least: float = 0, most: float = math.inf) -> float:
        """The finite number under `key`, within bounds."""
        allowed = f"a number of at least {least:g}" if most == math.inf else f"a number from {least:g} to {most:g}"
        return float(self._take(key, allowed, lambda found: _is_number(found, least, most), least))

    def whole_rows(self, key: str, *, rows: int, columns: int) -> tuple[tuple[int, ...], ...]:
        """The table of whole numbers from 0 under `key`: a list of `rows` lists of `columns`."""
        is_row = _is_list_of(lambda value: _is_whole(value, 0, None), length=columns)
        allowed = f"{rows} lists of {columns} whole numbers of at least 0"
        return tuple(map(tuple, self._take(key, allowed, _is_list_of(is_row, length=rows), [])))

    def texts(self) -> dict[str, str]:
        """All members as strings by name."""
        return {key: self.text(key) for key in self._members}

    def whole_numbers(self) -> dict[str, int]:
        """All members as whole numbers from 0 by name."""
        return {key: self.whole(key) for key in self._members}

    def _take(self, key: str, allowed: str, rule: Callable[[Any], object], stand_in: Any) -> Any:
        if key in self._members and rule(self._members[key]):
            return self._members[key]
        self.refuse(key, allowed)
        return stand_in

    def _limit(self) -> str:
        return f"at most {self._text_max:,} characters in JSON"

    def _is_too_long(self, text: str) -> bool:
        # Characters that are not ASCII have six or twelve; the quotation marks do not count.
        return self._text_max is not None and len(json.dumps(text)) - 2 > self._text_max

    def _at(self, key: str) -> str:
        shown = visible(key if len(key) <= _SHOWN_CHARACTERS else f"{key[: _SHOWN_CHARACTERS - 3]}...")
        return f"{self._path}.{shown}" if self._path else shown


def _is_text(value: Any) -> bool:
    return _is_unicode(value) and value != ""


def _is_unicode(value: Any) -> bool:
    """Whether it is a text that can be written: JSON's escapes can also name half of a surrogate pair."""
    return isinstance(value, str) and not _SURROGATE.search(value)


def _is_whole(value: Any, least: int, most: int | None) -> bool:
    # JSON's true is no number, though Python's is.
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and least <= value <= (WHOLE_MAX if most is None else most)


def _is_number(value: Any, least: float, most: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # A whole number beyond the floats compares, but does not convert.
    return is_number and least <= value <= min(most, sys.float_info.max)


def _is_list_of(rule: Callable[[Any], object], *, length: int | None = None) -> Callable[[Any], bool]:
    def is_list(value: Any) -> bool:
        return isinstance(value, list) and length in (None, len(value)) and all(rule(each) for each in value)

    return is_list


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."
