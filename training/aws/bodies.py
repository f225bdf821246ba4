"""Read the content of an object of S3 as a whole, but only when it is as small as what it should be."""

from __future__ import annotations

from typing import Any

from training.common.errors import PublicationError

BYTES_MAX = 1 << 30
"""Of any object that is read at once: the largest artifact that a manifest may name."""


def whole_body(response: Any, name: str, *, bytes_max: int = BYTES_MAX) -> bytes:
    """The content behind a response of `GetObject`.

    Parameters
    ----------
    response
        of boto3
    name
        what to call the object in an error
    bytes_max
        the largest size in bytes

    Raises
    ------
    PublicationError
        when it is larger; then nothing is read
    """
    size = int(response.get("ContentLength", 0))
    if size > bytes_max:
        response["Body"].close()
        raise PublicationError(f"{name} has {size:,} bytes, allowed are {bytes_max:,}; it is not read")
    content: bytes = response["Body"].read()
    return content
