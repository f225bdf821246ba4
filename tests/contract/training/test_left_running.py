"""Ctrl-C from the moment at which something is requested of AWS: the command says that it continues, and how to see."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.support.emulator import Emulator
from tests.support.training_environments import said, training_environment

pytestmark = pytest.mark.slow

ENDLESS = ("--num-round", "1000000", "--set", "early_stopping_rounds=", "--set", "nthread=1")
SUBMIT = ("submit", *ENDLESS, "--on-demand", "--name", "digits-left-long")
TUNE = (
    "tune", "--where", "sagemaker", "--search", "eta=0.1:0.5", *ENDLESS, "--trials", "2", "--set", "parallel=1",
    "--set", "spot=false",
)  # fmt: skip
PIPELINE = ("pipeline",)
DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": name, "Type": "String"} for name in ("Channels", "ContentType")],
    "Steps": [{"Name": "Refuse", "Type": "Fail", "Arguments": {"ErrorMessage": "not good enough"}}],
}


@pytest.fixture(scope="module")
def environment(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    build: Path = tmp_path_factory.mktemp("build")
    with training_environment(emulator, "left", build) as role:
        emulator.client("sagemaker").create_pipeline(
            PipelineName="digits-left", RoleArn=role, PipelineDefinition=json.dumps(DEFINITION)
        )
        yield


@pytest.mark.parametrize(
    ("command", "operation", "what", "come_back"),
    [
        (SUBMIT, "CreateTrainingJob", "job", "jobs digits-left-long --follow   (or stop it: "),
        (TUNE, "CreateHyperParameterTuningJob", "tuning job", "tune --attach digits-left-t-"),
        (PIPELINE, "StartPipelineExecution", "pipeline", "pipeline --follow"),
    ],
)
def test_ctrl_c_while_the_request_is_sent_waits_for_the_answer(
    command: tuple[str, ...], operation: str, what: str, come_back: str,
    environment: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def with_ctrl_c(client: Any, name: str, *details: Any) -> Any:
        if name == operation:
            signal.raise_signal(signal.SIGINT)
        return call(client, name, *details)

    monkeypatch.setattr(BaseClient, "_make_api_call", with_ctrl_c)
    lines = said(capsys, *command, code=130).splitlines()
    assert lines[-2] == f"no longer following; the {what} continues"
    assert lines[-1].startswith("next: python -m training --build ")
    assert come_back in lines[-1]
    if what != "pipeline":
        said(capsys, *lines[-1].rpartition(" training ")[2].rstrip(")").split())
