"""Read fields of a JSON document one by one, and collect everything that is wrong instead of the first thing only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class JsonFields:
    """A JSON object whose fields are asked for by a dotted path, such as `artifact.sha256`.

    Every field that is missing or not allowed adds a line to `problems`; asking goes on with a stand-in value, so that
    one run names all of them.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self.problems: list[str] = []

    def text(self, path: str, *, allowed: str = "a text", rule: Callable[[str], object] = bool) -> str:
        """The string at `path`, for which `rule` holds; `allowed` says the rule in words."""
        value: str = self._value(path, str, allowed, rule, "")
        return value

    def whole_number(self, path: str, *, allowed: str, rule: Callable[[int], object]) -> int:
        """The integer at `path`, for which `rule` holds."""
        value: int = self._value(path, int, allowed, rule, 0)
        return value

    def number(self, path: str, *, allowed: str, rule: Callable[[float], object]) -> float:
        """The number at `path`, for which `rule` holds."""
        return float(self._value(path, (int, float), allowed, rule, 0))

    def mapping(self, path: str, *, allowed: str, rule: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """The object at `path`, for which `rule` holds."""
        value: dict[str, Any] = self._value(path, dict, allowed, rule, {})
        return value

    def sequence(self, path: str, *, allowed: str, rule: Callable[[list[Any]], object] = bool) -> list[Any]:
        """The array at `path`, for which `rule` holds."""
        value: list[Any] = self._value(path, list, allowed, rule, [])
        return value

    def _value(
        self,
        path: str,
        kind: type | tuple[type, ...],
        allowed: str,
        rule: Callable[[Any], object],
        stand_in: Any,
    ) -> Any:
        try:
            value = self._find(path)
        except KeyError:
            self.problems.append(f"{path} is missing; allowed is {allowed}")
            return stand_in
        # JSON's true is no number, though Python's is.
        if isinstance(value, kind) and not isinstance(value, bool) and rule(value):
            return value
        self.problems.append(f"{path} is {_short(value)}; allowed is {allowed}")
        return stand_in

    def _find(self, path: str) -> Any:
        value = self._document
        for name in path.split("."):
            if not isinstance(value, dict) or name not in value:
                raise KeyError(path)
            value = value[name]
        return value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
