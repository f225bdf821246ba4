"""`publish` with real boto3 against the emulator: what lies in the bucket, and one sentence for what goes wrong.

What S3 may answer beside that is played in `tests/unit/training/test_s3_store.py`.
"""

from __future__ import annotations

import itertools
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator import REGION, Emulator
from tests.support.training_digits import small_data_folder
from training.commands.command_line import main

pytestmark = pytest.mark.slow

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged model of small digits."""
    folder = tmp_path_factory.mktemp("build")
    small_data_folder(folder)
    small = ["--num-round", "2", "--set", "max_leaves=4", "--set", "nthread=1"]
    for command in (["fit", *small], ["evaluate"], ["package"]):
        assert main(["--build", str(folder), *command]) == 0
    return folder


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The bucket of an environment of its own."""

    client: Any
    name: str

    def objects(self) -> dict[str, bytes]:
        """What lies in it."""
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: self.client.get_object(Bucket=self.name, Key=each["Key"])["Body"].read() for each in found}


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that lead to nothing: no endpoint, no region, and keys that nobody knows."""
    for name in (
        "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SSM", "DIGITS_ENVIRONMENT",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(emulator: Emulator, variables: None, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """An environment with an empty bucket, and variables that lead to it."""
    environment = f"publish{next(_NUMBERS)}"
    s3, name = emulator.client("s3"), f"digits-{environment}-bucket"
    s3.create_bucket(Bucket=name)
    parameter = f"/digits/{environment}/bucket-name"
    emulator.client("ssm").put_parameter(Name=parameter, Type="String", Value=name)
    for variable, value in {**emulator.variables, "DIGITS_ENVIRONMENT": environment}.items():
        monkeypatch.setenv(variable, value)
    return Bucket(client=s3, name=name)


def published(capsys: pytest.CaptureFixture[str], build: Path, *options: str) -> str:
    capsys.readouterr()
    assert main(["--build", str(build), "publish", *options]) == 0
    return capsys.readouterr().out


def complaint(capsys: pytest.CaptureFixture[str], build: Path, *options: str) -> str:
    capsys.readouterr()
    assert main(["--build", str(build), "publish", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_the_archive_lands_under_its_digest_and_the_second_time_nothing_happens(
    bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((build / "model/manifest.json").read_bytes())
    assert "uploaded 1" in published(capsys, build)
    assert bucket.objects() == {manifest["artifact"]["key"]: (build / "model/model.tar.gz").read_bytes()}
    assert "nothing to do" in published(capsys, build)


def test_what_is_in_the_bucket_need_not_be_on_this_machine(
    bucket: Bucket, build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promoted = tmp_path / "current.json"
    promoted.write_bytes((build / "model/manifest.json").read_bytes())
    options = ["--manifest", str(promoted)]
    assert "make train" in complaint(capsys, tmp_path / "nothing", *options)
    assert "uploaded 1" in published(capsys, build, *options)
    assert "nothing to do" in published(capsys, tmp_path / "nothing", *options)


def test_channels_go_beside_it(bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published(capsys, build, "--channels", "--bucket", bucket.name)
    keys = [key.split("/", 2) for key in bucket.objects() if key.startswith("channels/")]
    parts = {f"{channel}/part-0000{number}.csv" for channel in ("train", "validation") for number in (0, 1)}
    assert {name for _, _, name in keys} == parts | {"test/part-00000.csv", "data-manifest.json", ""}
    assert len({digest for _, digest, _ in keys}) == 1


def test_another_object_under_the_key_is_left_alone(
    bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = json.loads((build / "model/manifest.json").read_bytes())["artifact"]["key"]
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"something else")
    assert "it is not overwritten" in complaint(capsys, build)
    assert bucket.objects() == {key: b"something else"}


def test_keys_that_are_unknown(
    bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN000000000")
    assert "the access key is unknown" in complaint(capsys, build, "--bucket", bucket.name)


def test_keys_that_may_do_nothing(
    bucket: Bucket, emulator: Emulator, build: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    iam = emulator.client("iam")
    iam.create_user(UserName="publishes-nothing")
    made = iam.create_access_key(UserName="publishes-nothing")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    error = complaint(capsys, build, "--bucket", bucket.name)
    assert "belong to another account" in error
    assert f"s3://{bucket.name}" in error


def test_no_bucket_of_that_name(bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such bucket" in complaint(capsys, build, "--bucket", "nobodys-bucket")


def test_an_environment_that_is_not_deployed(bucket: Bucket, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "deploy the stack digits-nowhere-storage first" in complaint(capsys, build, "--environment", "nowhere")


@pytest.mark.usefixtures("variables")
def test_a_name_that_no_bucket_can_have(
    build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    error = complaint(capsys, build, "--bucket", "Not A Bucket!")
    assert "'Not A Bucket!' is not the name of a bucket, allowed are 3 to 63 lower-case letters" in error


@pytest.mark.usefixtures("variables")
def test_no_credentials(build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "there are no usable AWS credentials" in complaint(capsys, build, "--environment", "dev")


@pytest.mark.usefixtures("variables")
def test_no_region(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no region is set" in complaint(capsys, build, "--environment", "dev")


@pytest.mark.usefixtures("variables")
def test_no_such_profile(build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "correct AWS_PROFILE" in complaint(capsys, build, "--bucket", "digits-bucket")


@pytest.mark.usefixtures("variables")
def test_nobody_listens(build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "cannot be reached" in complaint(capsys, build, "--bucket", "digits-bucket")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "not-an-address")
    assert "endpoint" in complaint(capsys, build, "--bucket", "digits-bucket")
