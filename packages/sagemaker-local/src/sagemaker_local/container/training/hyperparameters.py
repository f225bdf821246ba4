"""Reads and checks the hyperparameters of a job as the container does: same order, same texts.

First other names are replaced, then required ones are looked for, texts are read, ranges are checked, and at last
what must fit together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sagemaker_local.container.training.errors import UserError
from sagemaker_local.container.training.hyperparameter_rules import DEPENDENCIES, check_together
from sagemaker_local.container.training.hyperparameter_table import ALIASES, HYPERPARAMETERS


def validated(given: Mapping[str, Any]) -> dict[str, Any]:
    """The hyperparameters of a job, read and checked.

    Parameters
    ----------
    given
        The content of `hyperparameters.json`: names and texts.

    Returns
    -------
    dict
        Values in the types that XGBoost takes, `updater` as the list it was.

    Raises
    ------
    UserError, AlgorithmError
        With the text of the container.
    Exception
        Whatever reading raises beside `ValueError`; the container lets it through.
    """
    given = {ALIASES.get(name, name): value for name, value in given.items()}
    for name, hyperparameter in HYPERPARAMETERS.items():
        if hyperparameter.required and name not in given:
            raise UserError(f"Missing required hyperparameter: {name}", at="missing hyperparameter")
    values = {name: _read(name, value) for name, value in given.items()}
    for name, value in values.items():
        HYPERPARAMETERS[name].validate(value)
    return _fitting(values)


def _read(name: str, value: Any) -> Any:
    if name not in HYPERPARAMETERS:
        message = f"Extraneous hyperparameter found: {name}"
        raise UserError(message, at="extraneous hyperparameter") from KeyError(name)
    try:
        return HYPERPARAMETERS[name].read(value)
    except ValueError as error:
        message, at = f"Hyperparameter {name}: could not parse value", "value that cannot be read"
        raise UserError(message, at=f"{at}: {HYPERPARAMETERS[name].read.__name__}", caused_by=error) from error


def _fitting(values: Mapping[str, Any]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for name in _dependencies_first(values):
        check_together(name, values[name], checked)
        checked[name] = values[name]
    return checked


def _dependencies_first(names: Iterable[str]) -> list[str]:
    given, ordered = list(names), list[str]()

    def visit(name: str) -> None:
        if name in ordered:
            return
        for dependency in DEPENDENCIES.get(name, ()):
            if dependency in given:
                visit(dependency)
        ordered.append(name)

    for name in given:
        visit(name)
    return ordered
