"""Make a command of a function that takes an options dataclass: fields become flags or settings, `--set NAME=VALUE`.

A field annotated with a `typer.Option` or `typer.Argument`, or with an `Option` that has flags, is what its annotation
says; one whose `Option` has no flags is a setting. Only a dataclass derived from `CommandOptions` has settings: every
other name that its `--set` takes is a hyperparameter of the built-in container. `--help` lists them all.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import typer
from typer.models import ParameterInfo

from training.common.errors import OptionError
from training.common.options import Field, Option, fields_of
from training.model.hyperparameter_rules import ALIASES, RULES, Rule
from training.model.hyperparameters import DEFAULTS, DESCRIPTIONS

_SETTABLE = tuple(name for name in RULES if not name.startswith("_"))
"""The hyperparameters that are for people; SageMaker sets the others itself."""

_SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Set an option or a hyperparameter by its name, repeatable; the names are listed below. An empty value"
        " removes the default of a hyperparameter.",
        metavar="NAME=VALUE",
    ),
]


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """What the options of a command that takes `--set` begin with.

    Parameters
    ----------
    hyperparameters
        those that were set, by name (no aliases); an empty text removes a default
    given
        names of the fields that were given on the command line, as flags or settings
    """

    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()


_Options = TypeVar("_Options")


def with_options(kind: type[_Options]) -> Callable[[Callable[[typer.Context, _Options], None]], Callable[..., None]]:
    """A decorator that makes a Typer command of a function of context and options.

    Parameters
    ----------
    kind
        a dataclass whose fields say what the options of the command are
    """
    parameters = [
        inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *_flags(kind),
    ]
    if issubclass(kind, CommandOptions):
        parameters.append(inspect.Parameter("settings", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_SET))

    def decorate(run: Callable[[typer.Context, _Options], None]) -> Callable[..., None]:
        def command(context: typer.Context, **values: Any) -> None:
            run(context, _read(kind, context, values))

        command.__name__, command.__doc__ = run.__name__, run.__doc__
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.epilog = _epilog(kind) if issubclass(kind, CommandOptions) else None  # type: ignore[attr-defined]
        return command

    return decorate


def read_settings(kind: type, texts: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What `--set` gave: options by the name of their field, and hyperparameters by their name.

    Raises
    ------
    OptionError
        for the first text that is not NAME=VALUE, has an unknown name, or a value that is not allowed
    """
    known = fields_of(kind)
    options: dict[str, Any] = {}
    hyperparameters: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise OptionError(f"--set {text} is not NAME=VALUE; write it like --set max_leaves=31")
        if ALIASES.get(name, name) in RULES:
            hyperparameters[ALIASES.get(name, name)] = value
        elif name not in known:
            raise OptionError(_unknown(text, name, known.values()))
        elif flags := known[name].option.flags:
            raise OptionError(f"--set {text}: {name} has a flag of its own; write it as {flags[0]}")
        else:
            options[name] = known[name].parse(value)
    return options, hyperparameters


def refuse_ignored(context: typer.Context, names: Iterable[str], because: str) -> None:
    """Refuse the flags of these parameters if they were given on the command line, where they would have no effect.

    Raises
    ------
    OptionError
        naming the first, with `because`, which says when it has an effect and what to do
    """
    for parameter in context.command.params:
        if parameter.name in names and _given(context, parameter.name):
            raise OptionError(f"{parameter.opts[0]} {because}")


def _given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _refuse_empty(context: typer.Context, values: Mapping[str, Any]) -> None:
    """An empty text is most often a variable of the shell that is not set."""
    for parameter in context.command.params:
        if values.get(str(parameter.name)) == "":
            raise OptionError(f"{parameter.opts[0]} has an empty value; give one, or leave it out for the default")


def _unknown(text: str, name: str, known: Iterable[Field]) -> str:
    names = ", ".join(each.name for each in known if not each.option.flags)
    options = f"options are {names}; " if names else ""
    hyperparameters = ", ".join(_SETTABLE)
    return f"--set {text}: there is no option or hyperparameter {name}; {options}hyperparameters are {hyperparameters}"


def _read(kind: type[_Options], context: typer.Context, values: dict[str, Any]) -> _Options:
    settings = (values.pop("settings") or []) if issubclass(kind, CommandOptions) else []
    _refuse_empty(context, values)
    flags = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None  # it was not given, so the field has its default
    }
    if not issubclass(kind, CommandOptions):
        return kind(**flags)
    options, hyperparameters = read_settings(kind, settings)
    given = {name for name in values if _given(context, name)}
    return kind(**flags, **options, hyperparameters=hyperparameters, given=frozenset(given | options.keys()))


def _flags(kind: type) -> list[inspect.Parameter]:
    """The fields that are flags as parameters of a function, as Typer reads them."""
    known, hints = fields_of(kind), get_type_hints(kind, include_extras=True)
    annotations = {}
    for each in fields(kind):
        if any(isinstance(extra, ParameterInfo) for extra in get_args(hints[each.name])):
            annotations[each.name] = hints[each.name]
        elif each.name in known and known[each.name].option.flags:
            annotations[each.name] = _typer(hints[each.name], known[each.name])
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None if get_origin(_base(annotations[each.name])) is list else each.default,
            annotation=annotations[each.name],
        )
        for each in fields(kind)
        if each.name in annotations
    ]


def _typer(hint: Any, known: Field) -> Any:
    option: Option = known.option
    kind = list[str] if known.is_list else get_args(hint)[0]
    info = typer.Option(*option.flags, help=option.help, metavar=option.metavar, min=option.least)
    return Annotated[kind, info]


def _base(annotation: Any) -> Any:
    return get_args(annotation)[0]


def _epilog(kind: type) -> str:
    """The names that `--set` takes, with what they are for, as Markdown."""
    settings = [each for each in fields_of(kind).values() if not each.option.flags]
    options = [f"- `{each.name}`: {each.option.help}{_default(each)}" for each in settings]
    rules = [f"- `{name}`: {_described(name, rule)}" for name, rule in RULES.items() if name in _SETTABLE]
    headed = ["**Options for --set**", *options] if options else []
    return "\n\n".join([*headed, "**Hyperparameters for --set**", *rules])


def _described(name: str, rule: Rule) -> str:
    what = f"{DESCRIPTIONS[name]}, {rule.describe()}" if name in DESCRIPTIONS else rule.describe()
    return f"{what} [default: {DEFAULTS[name]}]" if name in DEFAULTS else what


def _default(each: Field) -> str:
    value = each.default.value if isinstance(each.default, Enum) else each.default
    shown = str(value).lower() if isinstance(value, bool) else value
    return "" if value in (None, (), MISSING) else f" [default: {shown}]"
