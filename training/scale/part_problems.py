"""Why a part cannot be read, in words: pyarrow names S3's error in the middle of a sentence for programmers."""

from __future__ import annotations

import re

_OF_S3 = re.compile(
    r"AWS Error (?P<code>[A-Z0-9_]+) during (?P<operation>\w+) operation(: (?P<message>.*?))?( \(Request ID|$)"
)
"""How pyarrow writes it: https://github.com/apache/arrow/blob/main/cpp/src/arrow/filesystem/s3_internal.h"""

_SIGN_IN = 'sign in again, or for the emulator run: eval "$(sagemaker-local env)"'
_ACCESS = ("access to it is denied", f"correct the credentials or their permissions: {_SIGN_IN}")

_BY_CODE = {
    "NO_SUCH_BUCKET": ("there is no such bucket", "correct --channels"),
    "ACCESS_DENIED": _ACCESS,
    "INVALID_ACCESS_KEY_ID": ("the access key is unknown", _SIGN_IN),
    "SIGNATURE_DOES_NOT_MATCH": ("the secret key does not match the access key", _SIGN_IN),
    "NETWORK_CONNECTION": ("S3 does not respond", "check the network and AWS_ENDPOINT_URL"),
}

_REASON_CHARACTERS = 200


def reason_of(problem: BaseException) -> tuple[str, str | None]:
    """Why something was not read: the reason, and what to do where that is not to write the part again."""
    text = (str(problem).splitlines() or [""])[0] or type(problem).__name__
    if isinstance(problem, FileNotFoundError):
        return "it does not exist", "correct --channels"
    found = _OF_S3.search(text)
    if found is None:
        return text[:_REASON_CHARACTERS].rstrip("."), None
    message = (found["message"] or found["code"]).rstrip(".")[:_REASON_CHARACTERS]
    return _BY_CODE.get(found["code"], (f"S3 refused {found['operation']}: {message}", "correct the access to it"))
