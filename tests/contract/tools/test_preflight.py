"""The preflight asks the emulator, as its root user and as somebody who may do nothing.

The emulator has no Service Quotas, so quotas are not known there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.settings import LOCAL
from tests.support.emulator import ACCOUNT, Emulator, eventually
from tools.approval import Approval
from tools.deploy import prepare
from tools.deployment import Deployment, DeploymentError
from tools.preflight.check import Check, State
from tools.preflight.identity import check_account
from tools.preflight.run import preflight

MANIFEST = Path(__file__).resolve().parents[2] / "fixtures/manifest.json"
RESOURCES = {
    "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
    "Site": {"Type": "AWS::CloudFront::Distribution", "Properties": {}},
    "Function": {"Type": "AWS::Lambda::Function", "Properties": {}},
    "Stage": {"Type": "AWS::ApiGateway::Stage", "Properties": {"AccessLogSetting": {}}},
    "Account": {"Type": "AWS::ApiGateway::Account", "Properties": {}},
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/digits/preflight"}},
    "Notebook": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": {"InstanceType": "ml.t3.medium"}},
}
pytestmark = pytest.mark.slow
PARAMETER = "/cdk-bootstrap/preflight/version"


def _deployment(emulator: Emulator, folder: Path, **more: str) -> Deployment:
    variables = {**emulator.variables, "DIGITS_BUILD": str(folder), **more}
    deployment = Deployment(environment="local", manifest=MANIFEST, variables=variables, folder=folder)
    demanded = {"requiresBootstrapStackVersion": 6, "bootstrapStackVersionSsmParameter": PARAMETER}
    deployment.assembly.mkdir(exist_ok=True)
    (deployment.assembly / "manifest.json").write_text(json.dumps({"artifacts": {"a": {"properties": demanded}}}))
    return deployment


def _checks(emulator: Emulator, folder: Path, **more: str) -> dict[str, Check]:
    deployment = _deployment(emulator, folder, **more)
    wanted: dict[str, Any] = {"digits-preflight": {"Resources": RESOURCES}}
    found = [*check_account(deployment.client, LOCAL), *preflight(deployment, LOCAL, deployment.assembly, wanted, {})]
    return {check.subject: check for check in found}


def test_nothing_but_what_is_wanting_blocks(emulator: Emulator, tmp_path: Path) -> None:
    ssm, logs = emulator.client("ssm"), emulator.client("logs")
    found = _checks(emulator, tmp_path)
    assert {subject for subject, check in found.items() if check.blocks} == {"bootstrap", "model"}
    assert {subject for subject, check in found.items() if check.state is State.NOT_KNOWN} == {
        "quota",
        "CloudFront",
        "Cognito",
    }
    ssm.put_parameter(Name=PARAMETER, Value="6", Type="String")
    logs.create_log_group(logGroupName="/digits/preflight")
    try:
        found = _checks(emulator, tmp_path)
    finally:
        logs.delete_log_group(logGroupName="/digits/preflight")
        ssm.delete_parameter(Name=PARAMETER)
    assert found["bootstrap"].state is State.OK
    assert "log group /digits/preflight is there" in found["leftovers"].found
    assert found["leftovers"].blocks


@pytest.fixture
def powerless(emulator: Emulator) -> Iterator[dict[str, str]]:
    """The keys of a user who may do nothing."""
    iam = emulator.client("iam")
    iam.create_user(UserName="powerless")
    key = iam.create_access_key(UserName="powerless")["AccessKey"]
    yield {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    iam.delete_access_key(UserName="powerless", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="powerless")


def test_whoever_may_not_ask_is_told_what_to_allow(
    emulator: Emulator, tmp_path: Path, powerless: dict[str, str]
) -> None:
    found = _checks(emulator, tmp_path, **powerless)
    assert found["account"].found == f"{ACCOUNT}, as user/powerless"
    lacking = {check.permission for check in found.values() if check.state is State.NOT_KNOWN}
    assert lacking >= {"ec2:DescribeRegions", "ssm:GetParameter", "apigateway:GET"}
    assert "cloudformation:DescribeStacks" in lacking
    assert not any(check.blocks for check in found.values())


def test_a_deployment_is_prepared_in_order(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = _deployment(emulator, tmp_path)
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
    (deployment.assembly / "digits-preflight.template.json").write_text(json.dumps(template))
    agreed = Approval(asks=False)
    with pytest.raises(DeploymentError, match="deployment of local would fail: resolve the problems above first"):
        prepare(deployment, LOCAL, agreed)
    said = capsys.readouterr().out
    assert "2 of them would fail the deployment" in said
    assert f"there is no parameter {PARAMETER}" in said
    assert "harmless" not in said
    prepare(deployment, LOCAL, agreed, despite_preflight=True)
    assert "new: digits-preflight, with 1 harmless changes" in capsys.readouterr().out
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(StackName="digits-preflight", TemplateBody=json.dumps(template))
    try:
        eventually(lambda: _status(cloudformation) == "CREATE_COMPLETE")
        prepare(deployment, LOCAL, agreed, despite_preflight=True)
    finally:
        cloudformation.delete_stack(StackName="digits-preflight")
    assert "no difference in 1 stack" in capsys.readouterr().out


def _status(cloudformation: Any) -> str:
    return str(cloudformation.describe_stacks(StackName="digits-preflight")["Stacks"][0]["StackStatus"])
