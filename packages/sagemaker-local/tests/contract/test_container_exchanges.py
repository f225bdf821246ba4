"""Our serving process against what the real container answered: every recorded exchange, status, type and body.

`container_exchanges.json` says how it was recorded. The application is called as a server would call it, but without a
socket; `test_container_process.py` adds the socket.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import pickle
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import xgboost

from sagemaker_local.container.serving.application import ContainerApplication
from sagemaker_local.container.serving.invocation import ScoringService
from sagemaker_local.container.serving.model_folder import load_models
from sagemaker_local.container.serving.predictor import Predictor
from sagemaker_local.container.serving.settings import ServingSettings

RECORDED = json.loads((Path(__file__).parent / "container_exchanges.json").read_text())
MODELS = {name: gzip.decompress(base64.b64decode(text)) for name, text in RECORDED["models"].items()}


def write_models(folder: Path, names: list[str], *, pickled: bool) -> None:
    for number, name in enumerate(names):
        content = MODELS[name]
        if pickled:
            content = pickle.dumps(xgboost.Booster(model_file=bytearray(content)))
        (folder / f"model-{number}").write_bytes(content)


def application(folder: Path, environment: dict[str, str], *, allow_pickle: bool) -> ContainerApplication:
    settings = ServingSettings.from_environment(environment)
    models = load_models(folder, ensemble=settings.ensemble, allow_pickle=allow_pickle)
    return ContainerApplication(ScoringService(Predictor(models), settings))


async def call(app: ContainerApplication, request: dict[str, Any]) -> dict[str, Any]:
    """Drive the application through one request and collect the answer in the recording's shape."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw(request["body"]), "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": request["method"],
        "path": unquote(urlsplit(f"http://host{request['path']}").path),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in request["headers"].items()],
    }
    await app(scope, receive, send)
    headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    body = b"" if request["method"] == "HEAD" else sent[1]["body"]
    answer = {"status": sent[0]["status"], "content_type": headers.get("content-type"), "body": masked(body)}
    if "allow" in headers:
        answer["allow"] = ",".join(sorted(headers["allow"].split(", ")))
    return answer


def raw(body: dict[str, str]) -> bytes:
    return body["text"].encode() if "text" in body else base64.b64decode(body["base64"])


def masked(body: bytes) -> bytes:
    """Hide what no two processes share: stack addresses, times of day, XGBoost's build folder, the CPUs."""
    body = re.sub(rb"\nStack trace:.*", b"", body, flags=re.DOTALL)
    body = re.sub(rb"\[(\d\d:\d\d:\d\d|hh:mm:ss)\] \S*/src/", b"[hh:mm:ss] src/", body)
    return re.sub(rb'"MaxConcurrentTransforms": \d+', b'"MaxConcurrentTransforms": n', body)


def expected(answer: dict[str, Any]) -> dict[str, Any]:
    return answer | {"body": masked(raw(answer["body"]))}


@pytest.mark.parametrize("configuration", RECORDED["configurations"], ids=lambda found: found["name"])
def test_every_recorded_exchange_is_answered_the_same(configuration: dict[str, Any], tmp_path: Path) -> None:
    write_models(tmp_path, configuration["models"], pickled=configuration["pickled"])
    app = application(tmp_path, configuration["environment"], allow_pickle=configuration["pickled"])

    async def differences() -> list[str]:
        found = []
        for exchange in configuration["exchanges"]:
            answer, wanted = await call(app, exchange["request"]), expected(exchange["answer"])
            if answer != wanted:
                found.append(f"{exchange['request']}\n  answered {answer}\n  expected {wanted}")
        return found

    assert not (found := asyncio.run(differences())), "\n".join(found)


def test_the_recording_covers_every_status_of_the_contract() -> None:
    statuses = {exchange["answer"]["status"] for each in RECORDED["configurations"] for exchange in each["exchanges"]}
    assert statuses == {200, 204, 400, 404, 405, 406, 413, 415, 500}
