"""What can go wrong with an upload beyond what can go wrong with any request: rows of the table of problems (RFC 9457).

`UPLOAD_EXPIRED` and `UPLOAD_GONE` are reasons of a failed job, never the status of a response.
"""

from __future__ import annotations

from gateway.problems import ProblemType

WRONG_UPLOAD = ProblemType(
    slug="wrong-upload-request",
    status=422,
    title="the JSON does not have the structure of an upload request",
    remedy='send {"content_type": "image/png" or "image/jpeg", "size_bytes": a whole number} and no other member',
)
UPLOAD_TOO_LARGE = ProblemType(
    slug="upload-too-large",
    status=413,
    title="the picture is too large to upload",
    remedy="scale the picture down, or save it as JPEG",
)
NO_SUCH_UPLOAD = ProblemType(
    slug="no-such-upload",
    status=404,
    title="there is no such upload of yours",
    remedy="use the credentials with which the upload was created",
)
STORAGE_UNAVAILABLE = ProblemType(
    slug="storage-unavailable",
    status=503,
    title="uploads cannot be kept at the moment",
    remedy="wait for the seconds in Retry-After, then send the request again",
    retry_after_seconds=2,
)
UPLOAD_EXPIRED = ProblemType(
    slug="upload-expired",
    status=410,
    title="there was no result in time",
    remedy="upload the picture again",
)
UPLOAD_GONE = ProblemType(
    slug="upload-gone",
    status=410,
    title="the uploaded file is no longer there",
    remedy="upload the picture again",
)
