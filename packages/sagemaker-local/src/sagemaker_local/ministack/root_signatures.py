"""Checks the signature of the root user too; MiniStack checks those of users and roles, and lets root keys pass.

Without this, a request with the root key and a wrong secret would succeed here and fail in AWS. Presigned addresses of
the root user are still not checked.
"""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local import settings
from sagemaker_local.ministack.registry import private, replace


@dataclass(kw_only=True)
class _Signed:
    """A request that carries a root key in its Authorization header."""

    method: str
    raw_path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)


_request: contextvars.ContextVar[_Signed | None] = contextvars.ContextVar("root_request", default=None)


def install() -> None:
    """Keep requests as they arrive, and look at them before the first permission is evaluated."""
    pin, pin_body = private("ministack.app:pin_signed_request"), private("ministack.app:pin_signed_body")
    enforce = private("ministack.core.iam_evaluator:enforce")
    is_root = private("ministack.core.iam_evaluator:is_root_access_key")

    def pin_signed_request(
        method: str, raw_path: str, query: dict[str, list[str]], raw_headers: list[tuple[bytes, bytes]], **rest: Any
    ) -> None:
        pin(method, raw_path, query, raw_headers, **rest)
        headers = _joined(raw_headers)
        signed = headers.get("authorization", "").startswith("AWS4-HMAC-SHA256")
        kept = _Signed(method=method, raw_path=raw_path, query=query, headers=headers) if signed else None
        _request.set(kept)

    def pin_signed_body(body: bytes) -> None:
        pin_body(body)
        if (request := _request.get()) is not None:
            request.body = body

    def enforce_signed(access_key_id: str, *rest: Any, **details: Any) -> Any:
        if access_key_id and is_root(access_key_id) and (failure := _failure()) is not None:
            return failure
        return enforce(access_key_id, *rest, **details)

    replace("ministack.app:pin_signed_request", pin_signed_request)
    replace("ministack.app:pin_signed_body", pin_signed_body)
    replace("ministack.core.iam_evaluator:enforce", enforce_signed)


def _failure() -> Any:
    """What is wrong with the signature of this request, as MiniStack's own error, or nothing."""
    request = _request.get()
    if request is None:
        return None
    _request.set(None)  # checked once; further permissions of the same request need no second look
    error = private("ministack.core.iam_evaluator:AuthError")
    signature = private("ministack.core.sigv4:parse_header_signature")(request.headers)
    if isinstance(signature, tuple):
        return error(*signature)
    skewed = private("ministack.core.sigv4:request_time_failure")(signature)
    wrong = skewed or private("ministack.core.sigv4:header_signature_failure")(
        signature,
        settings.ROOT_SECRET_KEY,
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        request.body,
        presigned=False,
    )
    return error(*wrong) if wrong else None


def _joined(raw_headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header fields by lower-case name; SigV4 signs repeated ones joined by a bare comma."""
    decode = private("ministack.core.sigv4:decode_header_value")
    headers: dict[str, str] = {}
    for name, value in raw_headers:
        key, text = name.decode("latin-1").lower(), decode(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers
