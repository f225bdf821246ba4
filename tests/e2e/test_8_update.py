"""A new model takes the place of the old without a lost request, and a bad one does not take it at all."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tools.api_client import ApiClient
from tools.deployment import ROOT, Deployment, DeploymentError, deploy, stack_outputs, synthesise
from training.data.dataset import Split


class Callers:
    """Callers that ask without a pause from several threads, and keep the status and model of every answer."""

    def __init__(self, api: ApiClient, row: list[int]) -> None:
        self.seen: list[tuple[int, str]] = []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(api, row)) for _ in range(3)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, api: ApiClient, row: list[int]) -> None:
        while not self._end.is_set():
            answer = api.predict([row])
            self.seen.append((answer.status, answer.body.decode()))


def test_an_update_changes_the_answers_and_loses_none(
    deployment: Deployment, api: ApiClient, test_split: Split, hasty_manifest: Path, workspace: Path
) -> None:
    row = test_split.images[0].tolist()
    before = api.predict([row]).json()["predictions"]
    updated = replace(deployment, manifest=hasty_manifest, folder=workspace / "updated")
    with Callers(api, row) as callers:
        synthesise(updated)
        deploy(updated)
    assert len(callers.seen) > 20
    assert [answer for answer in callers.seen if answer[0] != 200] == []
    assert api.predict([row]).json()["predictions"] != before
    assert api.model().json()["sha256"] == json.loads(hasty_manifest.read_text())["artifact"]["sha256"]


def test_what_the_update_replaced_is_gone_after_the_check(deployment: Deployment) -> None:
    sagemaker, iam = deployment.client("sagemaker"), deployment.client("iam")
    assert len(sagemaker.list_models()["Models"]) == 1
    assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
    assert len(iam.list_roles(PathPrefix="/digits-local/")["Roles"]) == 1


def test_a_rollback_that_cloudformation_does_not_notice_is_told_and_can_be_repaired(
    deployment: Deployment,
    api: ApiClient,
    hasty_manifest: Path,
    workspace: Path,
    faults: Callable[..., None],
) -> None:
    """An alarm ends the update, CloudFormation takes it for done: what serves must not be cleaned up behind it."""
    before = api.predict([[0] * 784]).json()["predictions"]
    faults("digits-local", "rolled-back", "--count", "1")
    faults(f"cloudformation:{deployment.stack('inference')}", "unnoticed", "--count", "1")
    with pytest.raises(DeploymentError, match=r"the update was rolled back, and the old model serves"):
        deploy(deployment)
    assert api.predict([[0] * 784]).json()["predictions"] == before
    # What git describes is deployed again: the manifest of the model that serves.
    again = replace(deployment, manifest=hasty_manifest, folder=workspace / "updated")
    deploy(again)
    assert api.predict([[0] * 784]).json()["predictions"] == before
    test_what_the_update_replaced_is_gone_after_the_check(deployment)


@pytest.mark.exhaustive
def test_going_back_is_deploying_the_older_manifest(deployment: Deployment, api: ApiClient) -> None:
    deploy(deployment)
    assert api.model().json()["sha256"] == json.loads(deployment.manifest.read_text())["artifact"]["sha256"]


@pytest.mark.exhaustive
def test_an_artifact_that_is_not_in_the_bucket_stops_the_deployment(
    deployment: Deployment, api: ApiClient, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = _with_artifact(deployment, workspace / "missing.json", b"never uploaded")
    _deploy_inference_and_fail(missing)
    said = capfd.readouterr()
    assert "python -m training publish" in said.out + said.err
    assert api.predict([[0] * 784]).status == 200


def test_a_model_that_does_not_load_is_rolled_back(
    deployment: Deployment, api: ApiClient, test_split: Split, workspace: Path
) -> None:
    content = _archive(b"this is no model")
    broken = _with_artifact(deployment, workspace / "broken.json", content)
    artifact = json.loads(broken.manifest.read_text())["artifact"]
    deployment.client("s3").put_object(
        Bucket=stack_outputs(deployment, "storage")["BucketName"],
        Key=artifact["key"],
        Body=content,
        IfNoneMatch="*",
        ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
    )
    row = test_split.images[0].tolist()
    before = api.predict([row]).json()
    with Callers(api, row) as callers:
        _deploy_inference_and_fail(broken)
    assert [answer for answer in callers.seen if answer[0] != 200] == []
    assert api.predict([row]).json() == before
    stack = deployment.client("cloudformation").describe_stacks(StackName=deployment.stack("inference"))["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def _deploy_inference_and_fail(deployment: Deployment) -> None:
    synthesise(deployment)
    command = [sys.executable, "-m", "tools.cdk", "deploy", deployment.stack("inference"), "--exclusively"]
    options = ["--method=direct", "--require-approval", "never", "--app", str(deployment.assembly)]
    variables = {**deployment.variables, "DIGITS_ENVIRONMENT": "local", "DIGITS_MANIFEST": str(deployment.manifest)}
    process = subprocess.run([*command, *options], cwd=ROOT, env=variables, check=False)
    assert process.returncode != 0


def _with_artifact(deployment: Deployment, path: Path, content: bytes) -> Deployment:
    """The deployment of a manifest that names an artifact with this content."""
    manifest = json.loads(deployment.manifest.read_text())
    digest = hashlib.sha256(content).hexdigest()
    manifest["artifact"] = {"sha256": digest, "size_bytes": len(content), "key": f"models/{digest}/model.tar.gz"}
    path.write_text(json.dumps(manifest))
    return replace(deployment, manifest=path)


def _archive(model: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("xgboost-model")
        member.size = len(model)
        archive.addfile(member, io.BytesIO(model))
    return buffer.getvalue()
