"""What the deployment does about updates: a rollback that CloudFormation did not notice, an older or missing model."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stacks.settings import LOCAL
from tests.e2e.conftest import train_model
from tools.accept.stage import Stage
from tools.accept.updates import EndpointStack, packed_otherwise
from tools.api_client import ApiClient
from tools.deployment import (
    ROOT,
    Deployment,
    DeploymentError,
    check_endpoint,
    deploy,
    remove_replaced,
    synthesise,
)
from tools.outdated_references import templates_in

ROW = [0] * 784


def test_a_rollback_that_cloudformation_does_not_notice_is_told_and_can_be_repaired(
    deployment: Deployment, api: ApiClient, stack: EndpointStack, faults: Callable[..., None]
) -> None:
    """An alarm ends the update, CloudFormation takes it for done: what serves must not be cleaned up behind it."""
    before = api.predict([ROW]).json()["predictions"]
    faults("digits-local", "rolled-back", "--count", "1")
    faults(f"cloudformation:{deployment.stack('inference')}", "unnoticed", "--count", "1")
    assert stack.update(packed_otherwise(stack.served())) == "UPDATE_COMPLETE"
    with pytest.raises(DeploymentError, match=r"the update was rolled back, and the old model serves"):
        check_endpoint(deployment)
    assert api.predict([ROW]).json()["predictions"] == before
    # What git describes is deployed again.
    stack.restore()
    check_endpoint(deployment)
    assert api.predict([ROW]).json()["predictions"] == before
    _expect_one_of_each(deployment)


def _expect_one_of_each(deployment: Deployment) -> None:
    """What an update replaced is gone after the check."""
    remove_replaced(deployment)
    sagemaker, iam = deployment.client("sagemaker"), deployment.client("iam")
    assert len(sagemaker.list_models()["Models"]) == 1
    assert len(sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
    assert len(iam.list_roles(PathPrefix="/digits-local/")["Roles"]) == 1


def test_what_was_replaced_by_somebody_reaches_whoever_refers_to_it(deployment: Deployment) -> None:
    """A plain deployment replaces the role of jobs, the next one replaces it again; the notebook may pass that one."""
    cloudformation, name = deployment.client("cloudformation"), deployment.stack("training")
    template = templates_in(deployment.assembly)[name]
    (job_role,) = (each for logical_id, each in template["Resources"].items() if logical_id.startswith("JobRole"))
    job_role["Properties"]["Path"] = "/elsewhere/"
    body = json.dumps(template)
    cloudformation.update_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert not _arn_of_job_role(deployment) <= _passed_by_notebook(deployment)
    deploy(deployment)
    assert _arn_of_job_role(deployment) <= _passed_by_notebook(deployment)


def _arn_of_job_role(deployment: Deployment) -> set[str]:
    stage = Stage(deployment, LOCAL, print)
    (role,) = (
        each for name, each in stage.physical_ids("training", "AWS::IAM::Role").items() if name.startswith("JobRole")
    )
    return {stage.client("iam").get_role(RoleName=role)["Role"]["Arn"]}


def _passed_by_notebook(deployment: Deployment) -> set[str]:
    """The roles that the notebook's role may pass."""
    stage = Stage(deployment, LOCAL, print)
    iam, (role,) = stage.client("iam"), stage.physical_ids("notebook", "AWS::IAM::Role").values()
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    statements = [each for document in documents for each in document["Statement"]]
    return {str(each["Resource"]) for each in statements if each["Action"] == "iam:PassRole"}


@pytest.mark.exhaustive
def test_a_new_model_is_deployed_and_the_older_one_again(
    deployment: Deployment, api: ApiClient, workspace: Path
) -> None:
    build = workspace / "hasty"
    build.mkdir()
    (build / "data").symlink_to(deployment.manifest.parent.parent / "data")
    hasty = train_model(build, "--num-round", "1")
    updated = replace(deployment, manifest=hasty, folder=workspace / "updated")
    synthesise(updated)
    deploy(updated)
    assert api.model().json()["sha256"] == json.loads(hasty.read_text())["artifact"]["sha256"]
    _expect_one_of_each(deployment)
    deploy(deployment)
    assert api.model().json()["sha256"] == json.loads(deployment.manifest.read_text())["artifact"]["sha256"]


@pytest.mark.exhaustive
def test_an_artifact_that_is_not_in_the_bucket_stops_the_deployment(
    deployment: Deployment, api: ApiClient, workspace: Path
) -> None:
    manifest = json.loads(deployment.manifest.read_text())
    content = b"never uploaded"
    digest = hashlib.sha256(content).hexdigest()
    manifest["artifact"] = {"sha256": digest, "size_bytes": len(content), "key": f"models/{digest}/model.tar.gz"}
    path = workspace / "missing.json"
    path.write_text(json.dumps(manifest))
    missing = replace(deployment, manifest=path, folder=workspace / "missing")
    synthesise(missing)
    command = [sys.executable, "-m", "tools.cdk", "deploy", missing.stack("inference"), "--exclusively"]
    options = ["--method=direct", "--require-approval", "never", "--app", str(missing.assembly)]
    variables = {**missing.variables, "DIGITS_ENVIRONMENT": "local", "DIGITS_MANIFEST": str(path)}
    done = subprocess.run([*command, *options], cwd=ROOT, env=variables, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "python -m training publish" in done.stdout + done.stderr
    assert api.predict([ROW]).status == 200
