"""What the training stack makes of an environment, in the emulator, and the commands of `training` in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tests.support.training_digits import small_data_folder
from tests.support.training_platforms import platform_document
from training.commands.command_line import main


def bucket_of(environment: str) -> str:
    """The name of its bucket."""
    return f"digits-{environment}-bucket"


def training_role(emulator: Emulator, environment: str, name: str, *, reads: str = "channels/*") -> str:
    """Make a role of which a job reads that part of the bucket; returns its ARN."""
    iam, bucket = emulator.client("iam"), bucket_of(environment)
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]
    allowed = [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/{reads}"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/jobs/*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_role_policy(RoleName=name, PolicyName="data", PolicyDocument=policy)
    return str(role["Arn"])


@contextmanager
def training_environment(emulator: Emulator, environment: str, build: Path) -> Iterator[str]:
    """An environment with small channels, prepared in `build` and published; yields the ARN of its role.

    The variables of this process lead to it meanwhile.
    """
    small_data_folder(build)
    bucket = bucket_of(environment)
    emulator.client("s3").create_bucket(Bucket=bucket)
    arn = training_role(emulator, environment, f"digits-{environment}-training")
    parameters = {
        "training": json.dumps(platform_document(environment, bucket=bucket, role_arn=arn)), "bucket-name": bucket
    }  # fmt: skip
    for name, value in parameters.items():
        emulator.client("ssm").put_parameter(Name=f"/digits/{environment}/{name}", Type="String", Value=value)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        variables = {**emulator.variables, "DIGITS_ENVIRONMENT": environment, "DIGITS_BUILD": str(build)}
        for name, value in variables.items():
            patch.setenv(name, value)
        assert main(["publish", "--channels"]) == 0
        yield arn


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What a command printed, on both channels; its exit code is `code`."""
    capsys.readouterr()
    assert main(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.out + captured.err
