"""`publish` with real boto3 over a real socket: what is sent, and one sentence for everything that AWS may answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.small_s3 import SmallS3
from tests.support.training_digits import small_data_folder
from training.commands.command_line import main

BUCKET = "digits-bucket"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged model of small digits."""
    folder = tmp_path_factory.mktemp("build")
    small_data_folder(folder)
    for command in (
        ["fit", "--num-round", "2", "--set", "max_leaves=4", "--set", "nthread=1"],
        ["evaluate"],
        ["package"],
    ):
        assert main(["--build", str(folder), *command]) == 0
    return folder


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallS3]:
    """A small S3, and an environment that leads to it and to nothing else."""
    with SmallS3(parameters={"/digits/local/bucket-name": BUCKET}).serving() as small:
        settings = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{small.port}",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "DIGITS_ENVIRONMENT", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield small


def complaint(capsys: pytest.CaptureFixture[str], build: Path, *options: str) -> str:
    capsys.readouterr()
    assert main(["--build", str(build), "publish", *options]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    return error


def test_the_archive_lands_under_its_digest_and_the_second_time_nothing_happens(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = json.loads((build / "model/manifest.json").read_bytes())
    assert main(["--build", str(build), "publish"]) == 0
    assert s3.buckets[BUCKET] == {manifest["artifact"]["key"]: (build / "model/model.tar.gz").read_bytes()}
    assert main(["--build", str(build), "publish"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert s3.puts == 1


def test_a_promoted_manifest_publishes_what_was_built(s3: SmallS3, build: Path, tmp_path: Path) -> None:
    promoted = tmp_path / "current.json"
    promoted.write_bytes((build / "model/manifest.json").read_bytes())
    assert main(["--build", str(build), "publish", "--manifest", str(promoted)]) == 0
    assert s3.puts == 1


def test_what_is_in_the_bucket_need_not_be_on_this_machine(
    s3: SmallS3, build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promoted = tmp_path / "current.json"
    promoted.write_bytes((build / "model/manifest.json").read_bytes())
    options = ["--manifest", str(promoted)]
    assert "make train" in complaint(capsys, tmp_path / "nothing", *options)
    assert main(["--build", str(build), "publish", *options]) == 0
    assert main(["--build", str(tmp_path / "nothing"), "publish", *options]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert s3.puts == 1


def test_channels_go_beside_it(s3: SmallS3, build: Path) -> None:
    assert main(["--build", str(build), "publish", "--channels", "--bucket", BUCKET]) == 0
    keys = [key.split("/", 2) for key in s3.buckets[BUCKET] if key.startswith("channels/")]
    parts = {f"{channel}/part-0000{number}.csv" for channel in ("train", "validation") for number in (0, 1)}
    assert {name for _, _, name in keys} == parts | {"test/part-00000.csv", "data-manifest.json", ""}
    assert len({digest for _, digest, _ in keys}) == 1


def test_an_object_without_checksum_is_read_back(s3: SmallS3, build: Path) -> None:
    s3.keeps_checksums = False
    assert main(["--build", str(build), "publish"]) == 0
    assert main(["--build", str(build), "publish"]) == 0
    assert s3.puts == 1


def test_another_object_under_the_key_is_left_alone(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = json.loads((build / "model/manifest.json").read_bytes())["artifact"]["key"]
    s3.buckets[BUCKET][key] = b"something else"
    assert "it is not overwritten" in complaint(capsys, build)
    assert s3.buckets[BUCKET][key] == b"something else"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", "belong to another account"),
        (403, "InvalidAccessKeyId", "the access key is unknown"),
        (301, "PermanentRedirect", "another region"),
        (400, "ExpiredToken", "see the permissions"),
    ],
)
def test_a_refusal_is_one_sentence(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str], status: int, code: str, expected: str
) -> None:
    s3.failure = (status, code)
    error = complaint(capsys, build)
    assert expected in error
    assert f"s3://{BUCKET}" in error


def test_what_is_not_there_is_uploaded_by_who_may_list_a_part_of_the_bucket(s3: SmallS3, build: Path) -> None:
    s3.hides_absence = True
    assert main(["--build", str(build), "publish"]) == 0
    assert s3.puts == 1


def test_no_bucket_of_that_name(s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such bucket" in complaint(capsys, build, "--bucket", "nobodys-bucket")


def test_a_name_that_no_bucket_can_have(s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "a name is not valid" in complaint(capsys, build, "--bucket", "Not A Bucket!")


def test_an_environment_that_is_not_deployed(s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "deploy the stack digits-dev-storage first" in complaint(capsys, build, "--environment", "dev")


def test_no_credentials(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "there are no usable AWS credentials" in complaint(capsys, build)


def test_no_region(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "no region is set" in complaint(capsys, build)


def test_no_such_profile(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "correct AWS_PROFILE" in complaint(capsys, build, "--bucket", BUCKET)


@pytest.mark.slow
def test_nobody_listens(
    s3: SmallS3, build: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "cannot be reached" in complaint(capsys, build, "--bucket", BUCKET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "not-an-address")
    assert "endpoint" in complaint(capsys, build, "--bucket", BUCKET)
