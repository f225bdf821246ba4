"""Errors of the two SageMaker APIs, with the codes, statuses and texts that the service uses.

The texts were taken from public reports of users who met them; nothing here talks HTTP.
"""

from __future__ import annotations


class ServiceError(Exception):
    """An answer of the service that is not a success.

    Parameters
    ----------
    code
        Name of the error shape, for example `ValidationException`.
    message
        What the client gets to read.
    status
        HTTP status.
    members
        Further members of the error shape, for example `OriginalStatusCode`.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, members: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}


class DeploymentFailed(Exception):  # noqa: N818 - it is an outcome; the text becomes the endpoint's FailureReason
    """The processes behind an endpoint could not be brought up."""


def validation(message: str) -> ServiceError:
    """The control plane's answer to nearly everything that is wrong with a request."""
    return ServiceError("ValidationException", message)


def not_found(kind: str, arn: str) -> ServiceError:
    """A named thing does not exist; `kind` in the service's words, for example `endpoint configuration`."""
    return validation(f'Could not find {kind} "{arn}".')


def already_exists(kind: str, arn: str) -> ServiceError:
    """A name is taken."""
    return validation(f'Cannot create already existing {kind} "{arn}".')
