"""Errors of the two SageMaker APIs, with the codes, statuses and texts that the service uses.

The texts were taken from public reports of users who met them; nothing here talks HTTP.
"""

from __future__ import annotations

import errno
import tempfile


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


def failure_of_the_emulator(error: Exception) -> str:
    """Why something ended that on AWS would not have: a sentence for a full disk, what Python says for all else."""
    if is_full(error):
        return f"failure of the emulator: there is no space left for its files in {tempfile.gettempdir()}"
    return f"failure of the emulator: {error!r}"


def is_full(error: Exception) -> bool:
    """Whether an error says that the disk, or the user's part of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
