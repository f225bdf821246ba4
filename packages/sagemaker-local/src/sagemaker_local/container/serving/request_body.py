"""Parses a request's body into what the predictor takes, with the container's sentence when that fails."""

from __future__ import annotations

from sagemaker_local.container.serving.csv_payload import read_csv
from sagemaker_local.container.serving.libsvm_payload import read_libsvm
from sagemaker_local.container.serving.media_types import RequestFormat, request_format
from sagemaker_local.container.serving.protobuf_wire import DecodeError
from sagemaker_local.container.serving.recordio_payload import read_recordio
from sagemaker_local.container.serving.rows import Rows, make_rows


class UnreadableBody(Exception):  # noqa: N818 - a fact about the request, answered with 415
    """The body or its type cannot be used; the text is the answer."""


def parse_body(body: bytes, content_type: str | None) -> Rows:
    """Parse a body.

    Parameters
    ----------
    body
        Not empty.
    content_type
        The request's header; `None` when there was none.

    Raises
    ------
    UnreadableBody
        If the type is not accepted or the body is not of that type.
    """
    try:
        found = request_format(content_type)
    except ValueError as error:
        raise UnreadableBody(str(error)) from error
    if found is RequestFormat.PARQUET:
        message = f"Content-type {content_type} is not supported."
        raise UnreadableBody(message)
    try:
        return _read(body, found)
    except Exception as error:  # whatever a reader or XGBoost raises is the client's fault, and is reported to it
        raise UnreadableBody(_sentence(found, error)) from error


def _read(body: bytes, found: RequestFormat) -> Rows:
    if found is RequestFormat.CSV:
        return make_rows(read_csv(body), found)
    if found is RequestFormat.LIBSVM:
        return make_rows(read_libsvm(body), found)
    features, labels = read_recordio(body)
    return make_rows(features, found, labels=labels)


def _sentence(found: RequestFormat, error: Exception) -> str:
    kind = "<class 'google.protobuf.message.DecodeError'>" if isinstance(error, DecodeError) else str(type(error))
    if found is RequestFormat.RECORDIO:
        return (
            "Loading recordio-protobuf data failed with Exception, please ensure data is in recordio-protobuf format: "
            f"{kind} {error}"
        )
    return f"Loading {found} data failed with Exception, please ensure data is in {found} format:\n {kind}\n {error}"
