"""A name that SageMaker and S3 could not have is refused in our words, before anybody is asked."""

from __future__ import annotations

import pytest

from training.aws.s3_store import S3Store
from training.commands.command_line import main
from training.common.errors import PublicationError

OF_A_JOB = "error: the job name '{}' is not valid, allowed are letters, digits and hyphens between them; correct it\n"
OF_A_SEARCH = (
    "error: the name of the tuning job '{}' is not valid, allowed are at most 32 letters, digits and hyphens between"
    " them; correct it\n"
)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["jobs"], OF_A_JOB), (["jobs", "--follow"], OF_A_JOB), (["stop"], OF_A_JOB), (["fetch"], OF_A_JOB),
        (["tune", "--attach"], OF_A_SEARCH), (["tune", "--stop"], OF_A_SEARCH),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["two words", "a_b", "a-"])
def test_of_a_job(
    command: list[str], said: str, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert main([*command, name]) == 2
    assert capsys.readouterr().err == said.format(name)


@pytest.mark.parametrize("name", ["two words", "Upper", "a", "a/b", "s3://bucket", "-ab", "a" * 64])
def test_of_a_bucket(name: str) -> None:
    with pytest.raises(PublicationError, match=r"is not the name of a bucket, allowed are 3 to 63 lower-case letters"):
        S3Store(name)
