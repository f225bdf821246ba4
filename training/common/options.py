"""Options of commands as dataclasses: a field gives the type, the default and the help of its option, once.

A field annotated with an `Option` is a flag of the command if the option has flags, and a setting otherwise: settings
are given as `--set NAME=VALUE`. This module reads settings and knows no command line; `training.commands.options`
makes a command out of such a dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from training.common.errors import OptionError

_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True)
class Option:
    """The option of a field: `Annotated[int | None, Option("Number of hosts.", flags=("--hosts",))] = None`.

    Parameters
    ----------
    help
        a sentence for `--help`
    flags
        such as `("--instances",)` or `("--spot/--on-demand",)`; without any the field is a setting
    metavar
        stands for the value in `--help`
    least
        of a number
    """

    help: str
    flags: tuple[str, ...] = ()
    metavar: str | None = None
    least: int | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an options dataclass that has an `Option`.

    Parameters
    ----------
    name
        of the field, and of the setting
    kind
        type of the value: str, int, bool, an Enum, or tuple[str, ...]; the None of `int | None` is left out
    default
        of the field
    option
        its option
    """

    name: str
    kind: Any
    default: Any
    option: Option

    @property
    def is_list(self) -> bool:
        """Whether the value is a list of texts."""
        return get_origin(self.kind) is tuple

    @property
    def allowed(self) -> str:
        """What a value may be, in words."""
        if self.is_list:
            return "texts separated by commas"
        if self.kind is bool:
            return "true or false"
        if self.kind is int:
            return "a whole number" if self.option.least is None else f"a whole number of at least {self.option.least}"
        return " or ".join(each.value for each in self.kind) if issubclass(self.kind, Enum) else "a text"

    def parse(self, text: str) -> Any:
        """The value that a text stands for.

        Raises
        ------
        OptionError
            when it stands for none, with what is allowed
        """
        try:
            return self._parsed(text)
        except (KeyError, ValueError):
            raise OptionError(f"--set {self.name}={text}: the value is {text!r}, expected {self.allowed}") from None

    def _parsed(self, text: str) -> Any:
        if self.is_list:
            return tuple(_not_empty(each.strip()) for each in text.split(","))
        if self.kind is bool:
            return _TRUTHS[text]
        value = self.kind(_not_empty(text))
        if self.option.least is not None and value < self.option.least:
            raise ValueError
        return value


def fields_of(options: type) -> dict[str, Field]:
    """The fields of a dataclass that have an `Option`, by name, in the order of their definition."""
    hints = get_type_hints(options, include_extras=True)
    return {
        each.name: Field(name=each.name, kind=_kind(hints[each.name]), default=each.default, option=option)
        for each in fields(options)
        for option in get_args(hints[each.name])
        if isinstance(option, Option)
    }


def _kind(hint: Any) -> Any:
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not type(None))
    return kind


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError
    return text
