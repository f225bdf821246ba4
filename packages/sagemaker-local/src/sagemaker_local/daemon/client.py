"""Calls a daemon through its own interface, `/_sagemaker_local/...`; standard library only, bounded answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from sagemaker_local import settings
from sagemaker_local.json_text import read_json
from sagemaker_local.settings import EmulatorError

Json = dict[str, Any]
_LONGEST = 32 * 1024**2
"""Bytes of an answer; one about a thousand jobs has some 100,000."""


def ask(port: int, path: str, *, method: str = "GET", document: Json | None = None, seconds: float = 5.0) -> Json:
    """Ask the daemon at a port.

    Raises
    ------
    OSError
        When nothing answers there.
    EmulatorError
        When what answers is not an emulator, or refuses.
    """
    body = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://{settings.HOST}:{port}/_sagemaker_local/{path}", body, headers, method=method
    )
    try:
        # Never through a proxy of the environment.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
            found = read_json(answer.read(_LONGEST))
    except urllib.error.HTTPError as error:
        with error:
            raise EmulatorError(_refusal(error)) from error
    except (ValueError, HTTPException) as error:
        raise EmulatorError(_another(port)) from error
    if not isinstance(found, dict):
        raise EmulatorError(_another(port))
    return found


def _another(port: int) -> str:
    return f"port {port} is used by another program"


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        return str(read_json(error.read(_LONGEST))["message"])
    except (ValueError, KeyError, TypeError, HTTPException):
        return f"the answer was {error.code}; another program uses this port"
