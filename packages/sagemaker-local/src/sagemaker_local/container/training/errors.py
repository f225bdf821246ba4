"""The three kinds of errors of the container, with the texts that end up in `/opt/ml/output/failure`.

ContainerError
├── UserError        what the caller can repair: a hyperparameter, a channel, the data
├── AlgorithmError   what XGBoost or the container did not expect
└── PlatformError    what SageMaker should have prepared
"""

from __future__ import annotations


class ContainerError(Exception):
    """A failure with a text of the container's own.

    Parameters
    ----------
    message
        The text.
    at
        Where the real container raises it: a key of `container_tracebacks.json`.
    caused_by
        The error behind it; its class is named at the end of the message.
    """

    def __init__(self, message: str, *, at: str, caused_by: BaseException | None = None) -> None:
        suffix = f" (caused by {type(caused_by).__name__})" if caused_by is not None else ""
        super().__init__(f"{message}{suffix}")
        self.at = at


def located(error: Exception, *, at: str) -> Exception:
    """An error without a text of the container's own, with the place where it comes from there."""
    error.__dict__["at"] = at
    return error


class UserError(ContainerError):
    """The caller's input is at fault."""


class AlgorithmError(ContainerError):
    """Something that should not have happened."""


class PlatformError(ContainerError):
    """The environment of the container is at fault."""
