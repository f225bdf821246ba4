"""The answers of the serving process as values, among them the fixed pages of the container's web stack.

Clients see nginx and Flask in front of the model; their pages are part of what a caller can receive, so they are here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

HTML = "text/html; charset=utf-8"

_EXPLANATIONS = {
    HTTPStatus.NOT_FOUND: (
        "Not Found",
        (
            "The requested URL was not found on the server. If you entered the URL manually please check your spelling"
            " and try again."
        ),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Method Not Allowed", "The method is not allowed for the requested URL."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "Request Entity Too Large",
        "The data value transmitted exceeds the capacity limit.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Internal Server Error",
        (
            "The server encountered an internal error and was unable to complete your request. Either the server is"
            " overloaded or there is an error in the application."
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer.

    Parameters
    ----------
    status
        HTTP status.
    body
        What is sent; empty for 204.
    content_type
        The header's whole value; empty for none.
    headers
        Further headers.
    """

    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = HTML
    headers: dict[str, str] = field(default_factory=dict)


def text_answer(status: HTTPStatus, text: str) -> Answer:
    """Answer a sentence; the container labels it HTML though it is plain."""
    return Answer(status=status, body=text.encode())


def error_page(status: HTTPStatus, *, allow: str | None = None) -> Answer:
    """Answer the page that Flask sends for a status.

    Parameters
    ----------
    status
        404, 405, 413 or 500.
    allow
        Methods for the `Allow` header of a 405.
    """
    title, explanation = _EXPLANATIONS[status]
    page = (
        f"<!doctype html>\n<html lang=en>\n<title>{status.value} {title}</title>\n"
        f"<h1>{title}</h1>\n<p>{explanation}</p>\n"
    )
    return Answer(status=status, body=page.encode(), headers={"allow": allow} if allow else {})


# nginx answers for every path that is not the container's.
UNKNOWN_PATH = Answer(status=HTTPStatus.NOT_FOUND, body=b"{}", content_type="application/octet-stream")
NO_CONTENT = Answer(status=HTTPStatus.NO_CONTENT)
