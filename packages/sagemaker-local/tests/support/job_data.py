"""What jobs of the emulator need in tests: data of three classes that are told apart at once, a program, a role."""

from __future__ import annotations

import json

import numpy as np

from support.emulators import Emulator, trust
from support.job_requests import BUCKET

LONG = {"num_round": "100000", "objective": "multi:softprob", "num_class": "3", "save_model_on_termination": "true"}
"""Hyperparameters with which a job trains until it is stopped, and keeps its model then."""

PROGRAM = """
import os, pathlib, sys, time
source, target, what = sys.argv[1:]
names = sorted(path.name for path in pathlib.Path(source).iterdir())
pathlib.Path(target, "deep").mkdir()
pathlib.Path(target, "deep", "names").write_text(" ".join(names))
print("read", *names, "with", os.environ["GREETING"])
pathlib.Path(os.environ["MESSAGE"]).write_text("this was " + what)
if what == "wrong":
    raise SystemExit(3)
if what == "slow":
    time.sleep(600)
"""
"""Lists its input into its output; ends well, badly or not by itself."""


def csv_part(seed: int) -> bytes:
    """A csv part of 100 rows: a label of three, and five features that tell it."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, 100)
    noise = generator.integers(0, 40, (100, 5))
    rows = np.column_stack([labels, noise + 60 * labels[:, None]])
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def prepare(emulator: Emulator) -> None:
    """Put parts of both channels and the program into a bucket, and make a role `training` that may use it."""
    s3, iam = emulator.client("s3"), emulator.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    for number in range(4):
        channel = "train" if number < 2 else "validation"
        s3.put_object(Bucket=BUCKET, Key=f"channels/{channel}/part-{number}.csv", Body=csv_part(number))
    s3.put_object(Bucket=BUCKET, Key="code/program.py", Body=PROGRAM.encode())
    iam.create_role(RoleName="training", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    bucket = f"arn:aws:s3:::{BUCKET}"
    statements = [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{bucket}/channels/*", f"{bucket}/code/*"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": [f"{bucket}/jobs/*", f"{bucket}/out/*"]},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="training", PolicyName="data", PolicyDocument=policy)
