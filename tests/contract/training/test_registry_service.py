"""The registry and the pipelines as training asks for them, against the emulator: real boto3 over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.emulator import Emulator
from training.common.errors import PublicationError
from training.pipeline.aws_executions import AwsPipelines
from training.pipeline.aws_registry import AwsRegistry
from training.pipeline.registry import APPROVED, choose

pytestmark = pytest.mark.slow

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
GROUP, BUCKET = "digits-registry", "digits-registry-data"


@pytest.fixture
def variables(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that leads boto3 to the emulator."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SAGEMAKER", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    for name, value in emulator.variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def versions(emulator: Emulator) -> list[str]:
    """ARNs of three registered models; the first is approved."""
    s3, sagemaker = emulator.client("s3"), emulator.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=b"archive")
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    return [_register(sagemaker, approval) for approval in (APPROVED, "PendingManualApproval", "PendingManualApproval")]


def _register(sagemaker: Any, approval: str) -> str:
    answer = sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus=approval,
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        CustomerMetadataProperties={"sha256": "0" * 64},
    )
    return str(answer["ModelPackageArn"])


@pytest.mark.usefixtures("variables")
def test_versions_are_found_and_approved(versions: list[str]) -> None:
    registry = AwsRegistry()
    assert choose(registry, GROUP, "latest").arn == versions[0]
    second = choose(registry, GROUP, "2")
    assert (second.name, second.approval) == (f"{GROUP}/2", "PendingManualApproval")
    assert (second.model_uri, second.properties) == (f"s3://{BUCKET}/model.tar.gz", {"sha256": "0" * 64})
    registry.approve(second, approval=APPROVED, because="it is good")
    assert choose(registry, GROUP, "latest").version == 2


@pytest.mark.usefixtures("variables", "versions")
def test_what_is_not_there_is_nothing() -> None:
    registry = AwsRegistry()
    assert registry.version(GROUP, 9) is None
    assert registry.latest("no-such-group", approval=APPROVED) is None
    assert registry.content(f"s3://{BUCKET}/model.tar.gz") == b"archive"
    with pytest.raises(PublicationError, match=f"there is no s3://{BUCKET}/other; run the pipeline again"):
        registry.content(f"s3://{BUCKET}/other")


@pytest.mark.usefixtures("variables")
def test_a_pipeline_that_is_not_deployed_is_a_sentence() -> None:
    with pytest.raises(PublicationError, match="the pipeline digits-nowhere"):
        AwsPipelines().start("digits-nowhere", {"Channels": "channels/0f3a/"})
