"""What AppSync Events says no with, over HTTP and over a WebSocket."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

UNAUTHORIZED = "UnauthorizedException"
BAD_REQUEST = "BadRequestException"
# Over a WebSocket a wrong request is called otherwise: amplify-android, appsync/aws-sdk-appsync-events/src/androidTest.
INVALID_INPUT = "InvalidInputError"


class EventsError(Exception):
    """A refusal of the service.

    Parameters
    ----------
    kind
        The `errorType`.
    message
        Text, which some refusals lack.
    status
        HTTP status.
    """

    def __init__(self, kind: str, message: str | None = None, *, status: int = 400) -> None:
        super().__init__(message or kind)
        self.kind, self.message, self.status = kind, message, status

    def document(self) -> Json:
        """As the service writes it, over HTTP and in a message."""
        message = {} if self.message is None else {"message": self.message}
        return {"errors": [{"errorType": self.kind, **message}]}


def unauthorized(message: str | None = "You are not authorized to make this call.") -> EventsError:
    """The error for a caller without the right."""
    return EventsError(UNAUTHORIZED, message, status=401)
