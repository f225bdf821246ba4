"""A notebook of the SageMaker Python SDK 2, as a reader of a tutorial types it: the requests that the SDK sends for it.

The SDK itself is not installed here. These requests are what version 2.257.7 sent to this emulator on 2026-12-01, with
the two lines that the README of the package shows, for: `get_execution_role()`, `Session()`, `default_bucket()`,
`upload_data`, `image_uris.retrieve("xgboost", region, "1.7-1")`, `Estimator.fit`, `deploy`, `predict`,
`invoke_endpoint`, `delete_endpoint`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from support.emulators import Emulator, eventually, trust
from support.job_data import csv_part
from support.refusals import refusal

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
FIRST_IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:latest"
BUCKET = "sagemaker-us-east-1-123456789012"
ROLE = "AmazonSageMaker-DefaultRole"
NAME = "sagemaker-xgboost-2026-12-01-01-41-43-282"
LOGS = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> str:
    """`get_execution_role()`: the caller is no role, so the SDK makes one."""
    sts, iam = emulator.client("sts"), emulator.client("iam")
    caller = sts.get_caller_identity()["Arn"]
    assert caller == "arn:aws:iam::123456789012:root"
    for name in (caller, ROLE):
        assert refusal(iam.get_role, RoleName=name)[0] == "NoSuchEntity"
    made = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")
    return str(made["Role"]["Arn"])


@pytest.fixture(scope="module")
def model(emulator: Emulator, role: str) -> str:
    """`default_bucket()`, `upload_data` and `fit`: where the model is."""
    s3, sagemaker, logs = emulator.client("s3"), emulator.client("sagemaker"), emulator.client("logs")
    s3.create_bucket(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)
    for number, channel in enumerate(("train", "validation")):
        s3.put_object(Bucket=BUCKET, Key=f"digits/{channel}/{channel}.csv", Body=csv_part(number))
    sagemaker.create_training_job(**training(role, IMAGE))

    def described() -> Any:
        return sagemaker.describe_training_job(TrainingJobName=NAME)

    eventually(lambda: described()["TrainingJobStatus"] == "Completed")
    (stream,) = logs.describe_log_streams(
        logGroupName=LOGS, logStreamNamePrefix=f"{NAME}/", orderBy="LogStreamName", limit=1
    )["logStreams"]
    question = {"logGroupName": LOGS, "logStreamName": stream["logStreamName"], "startTime": 0, "startFromHead": True}
    eventually(lambda: "validation-mlogloss" in str(logs.get_log_events(**question)["events"]))
    return str(described()["ModelArtifacts"]["S3ModelArtifacts"])


def training(role: str, image: str) -> dict[str, Any]:
    return {
        "TrainingJobName": NAME,
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": image},
        "RoleArn": role,
        "HyperParameters": {
            "max_depth": "3",
            "eta": "0.2",
            "objective": "multi:softmax",
            "num_class": "3",
            "num_round": "5",
        },
        "InputDataConfig": [
            {
                "ChannelName": channel,
                "ContentType": "csv",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"s3://{BUCKET}/digits/{channel}",
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
            for channel in ("train", "validation")
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/digits/output"},
        "ResourceConfig": {"VolumeSizeInGB": 30, "InstanceCount": 1, "InstanceType": "ml.m4.xlarge"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "DebugHookConfig": {"S3OutputPath": f"s3://{BUCKET}/digits/output", "CollectionConfigurations": []},
        "ProfilerConfig": {"S3OutputPath": f"s3://{BUCKET}/digits/output", "DisableProfiler": False},
    }


@pytest.mark.slow
def test_it_trains_deploys_and_predicts(emulator: Emulator, role: str, model: str) -> None:
    sagemaker, runtime = emulator.client("sagemaker"), emulator.client("sagemaker-runtime")
    assert model == f"s3://{BUCKET}/digits/output/{NAME}/output/model.tar.gz"
    container = {"Image": IMAGE, "Environment": {}, "ModelDataUrl": model}
    sagemaker.create_model(ModelName=NAME, ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": NAME,
        "InitialVariantWeight": 1,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m4.xlarge",
    }
    sagemaker.create_endpoint_config(EndpointConfigName=NAME, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=NAME, Tags=[])

    def status() -> Any:
        return sagemaker.describe_endpoint(EndpointName=NAME)["EndpointStatus"]

    eventually(lambda: status() == "InService")
    rows = list(csv.reader(io.StringIO(csv_part(2).decode())))[:20]
    body = "\n".join(",".join(row[1:]) for row in rows).encode()
    answer = runtime.invoke_endpoint(EndpointName=NAME, ContentType="text/csv", Accept="*/*", Body=body)
    predicted = [float(line) for line in answer["Body"].read().decode().split()]
    assert predicted == [float(row[0]) for row in rows]
    sagemaker.delete_endpoint_config(EndpointConfigName=NAME)
    sagemaker.delete_endpoint(EndpointName=NAME)


def test_the_readme_shows_the_two_lines_that_were_used() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    shown = text.partition("Python SDK 2")[2].partition("```python\n")[2].partition("```")[0]
    assert shown.splitlines() == [
        "sagemaker.session.sts_regional_endpoint = lambda region: None",
        "sagemaker.session.get_execution_role.__defaults__ = (None, True)",
    ]


def test_the_first_image_is_refused_with_the_version_to_use(emulator: Emulator, role: str) -> None:
    _, text = refusal(
        emulator.client("sagemaker").create_training_job,
        **{**training(role, FIRST_IMAGE), "TrainingJobName": "first-image"},
    )
    assert "image_uris.retrieve('xgboost', region, version='1.7-1')" in text
