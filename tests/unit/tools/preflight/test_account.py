"""Credentials, region, bootstrap, Lambda, API Gateway, countable resources and the model: what is said of each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from contract.manifest import read_manifest
from stacks.settings import DEV
from tests.support.stubbed_clients import StubbedClients
from tools.preflight.check import Check, State
from tools.preflight.functions import check_concurrency
from tools.preflight.gateway import check_log_role
from tools.preflight.identity import check_account, check_bootstrap, check_region, demanded_versions
from tools.preflight.model import check_model
from tools.preflight.quotas import Quotas
from tools.preflight.resources import check_resources
from training.common.paths import BuildPaths

MANIFEST = Path(__file__).resolve().parents[3] / "fixtures/manifest.json"
PARAMETER = "/cdk-bootstrap/hnb659fds/version"
ROLE = "arn:aws:iam::111111111111:role/logs"


def template(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"stack": {"Resources": {f"R{number}": resource for number, resource in enumerate(resources)}}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


@pytest.mark.parametrize(("account", "state"), [("111111111111", State.OK), ("333333333333", State.WANTING)])
def test_whose_credentials_they_are(account: str, state: State) -> None:
    clients = StubbedClients()
    clients.answer("sts", "get_caller_identity", {"Account": account, "Arn": f"arn:aws:iam::{account}:user/ada"})
    (check,) = check_account(clients, DEV)
    assert (check.state, check.blocks) == (state, state is State.WANTING)
    assert account in check.found


@pytest.mark.parametrize(
    ("status", "state"),
    [("opt-in-not-required", State.OK), ("opted-in", State.OK), ("not-opted-in", State.WANTING)],
)
def test_whether_the_region_is_enabled(status: str, state: State) -> None:
    clients = StubbedClients()
    clients.answer("ec2", "describe_regions", {"Regions": [{"RegionName": "us-east-1", "OptInStatus": status}]})
    (check,) = check_region(clients, DEV)
    assert check.state is state
    assert ("aws account enable-region --region-name us-east-1" in check.do) is (state is State.WANTING)


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    artifacts = {
        name: {"properties": {"requiresBootstrapStackVersion": version, "bootstrapStackVersionSsmParameter": PARAMETER}}
        for name, version in (("a", 6), ("b", 8))
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {**artifacts, "Tree": {}}}))
    return tmp_path


@pytest.mark.parametrize(("version", "state"), [("8", State.OK), ("30", State.OK), ("7", State.WANTING)])
def test_the_bootstrap_is_as_new_as_the_newest_stack_demands(assembly: Path, version: str, state: State) -> None:
    assert demanded_versions(assembly) == {PARAMETER: 8}
    clients = StubbedClients()
    clients.answer("ssm", "get_parameter", {"Parameter": {"Value": version}})
    (check,) = check_bootstrap(clients, DEV, assembly)
    assert (check.state, check.found) == (state, f"version {version}, and 8 or more is needed")


def test_a_region_that_was_never_bootstrapped(assembly: Path) -> None:
    clients = StubbedClients()
    clients.refuse("ssm", "get_parameter", "ParameterNotFound")
    (check,) = check_bootstrap(clients, DEV, assembly)
    assert check.do == "run: DIGITS_ENVIRONMENT=dev python -m tools.cdk bootstrap aws://111111111111/us-east-1"
    assert check.blocks


def _concurrency(total: int, unreserved: int, *, reserves: int = 0, reserved: int = 0) -> Check:
    clients = StubbedClients()
    limit = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": unreserved}
    clients.answer("lambda", "get_account_settings", {"AccountLimit": limit})
    mapping = resource("Lambda::EventSourceMapping", ScalingConfig={"MaximumConcurrency": 5})
    more, there = ({"ReservedConcurrentExecutions": count} if count else {} for count in (reserves, reserved))
    wanted = template(resource("Lambda::Function", **more), resource("Lambda::Function"), mapping)
    (check,) = check_concurrency(clients, wanted, template(resource("Lambda::Function", **there)), "us-east-1")
    return check


@pytest.mark.parametrize(
    ("total", "unreserved", "reserves", "reserved", "state"),
    [
        (1000, 1000, 0, 0, State.OK),
        (10, 10, 0, 0, State.OK),
        (5, 5, 0, 0, State.WANTING),
        (1000, 1000, 900, 0, State.OK),
        (1000, 1000, 901, 0, State.WANTING),
        (1000, 600, 900, 400, State.OK),
        (1000, 500, 900, 400, State.WANTING),
    ],
)
def test_reservations_leave_a_hundred_to_others(
    total: int, unreserved: int, reserves: int, reserved: int, state: State
) -> None:
    check = _concurrency(total, unreserved, reserves=reserves, reserved=reserved)
    assert (check.state, check.blocks) == (state, state is State.WANTING and bool(reserves))
    assert ("--service-code lambda --quota-code L-B99A9384" in check.do) is (state is State.WANTING)


STAGE = resource("ApiGateway::Stage", AccessLogSetting={})
ACCOUNT = resource("ApiGateway::Account")


@pytest.mark.parametrize(
    ("role", "sets", "has_set", "state", "blocks"),
    [
        ("", True, False, State.OK, False),
        (ROLE, True, True, State.OK, False),
        (ROLE, True, False, State.WANTING, False),
        ("arn:aws:iam::111111111111:role/stack-ApiGatewayLogRole-1", True, False, State.OK, False),
        (ROLE, False, False, State.OK, False),
        ("", False, False, State.WANTING, True),
    ],
)
def test_the_role_of_the_account(role: str, sets: bool, has_set: bool, state: State, blocks: bool) -> None:
    clients = StubbedClients()
    clients.answer("apigateway", "get_account", {"cloudwatchRoleArn": role} if role else {})
    wanted = template(STAGE, *([ACCOUNT] if sets else []))
    (check,) = check_log_role(clients, wanted, template(ACCOUNT) if has_set else {})
    assert (check.state, check.blocks, role in check.found) == (state, blocks, True)


def test_apis_without_access_logs_need_no_role() -> None:
    assert list(check_log_role(StubbedClients(), template(resource("ApiGateway::Stage")), {})) == []


POOL, DISTRIBUTION, VPC = (resource(kind) for kind in ("Cognito::UserPool", "CloudFront::Distribution", "EC2::VPC"))


def _resources(clients: StubbedClients, *wanted: dict[str, Any], deployed: dict[str, Any] | None = None) -> list[Check]:
    quotas = Quotas(clients, "eu-west-1")
    return list(check_resources(clients, quotas, Quotas(clients, "us-east-1"), template(*wanted), deployed or {}))


def _quota(clients: StubbedClients, name: str, value: float) -> None:
    quota = {"QuotaCode": "L-00000000", "QuotaName": name, "Value": value}
    clients.answer("service-quotas", "list_service_quotas", {"Quotas": [quota]})


@pytest.mark.parametrize(("value", "state"), [(5, State.OK), (4, State.WANTING)])
def test_networks_are_counted(value: int, state: State) -> None:
    clients = StubbedClients()
    clients.answer("ec2", "describe_vpcs", {"Vpcs": [{}] * 4})
    _quota(clients, "VPCs per Region", value)
    (check,) = _resources(clients, VPC)
    assert (check.state, check.found) == (state, f"the account has 4 of {value} networks, 1 more to be made")
    assert ("--region eu-west-1" in check.do) is check.blocks is (state is State.WANTING)


def test_what_is_there_already_is_not_made_again() -> None:
    assert _resources(StubbedClients(), POOL, VPC, deployed=template(POOL, VPC)) == []


def _distributions(clients: StubbedClients, count: int) -> None:
    listed = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": count}
    clients.answer("cloudfront", "list_distributions", {"DistributionList": listed})


def test_an_account_with_a_distribution_is_verified_and_of_another_nobody_knows() -> None:
    clients = StubbedClients()
    _distributions(clients, 1)
    _quota(clients, "Web distributions per AWS account", 200)
    assert [check.state for check in _resources(clients, DISTRIBUTION)] == [State.OK]
    clients = StubbedClients()
    _distributions(clients, 0)
    _quota(clients, "Distributions per AWS account", 200)
    verified, counted = _resources(clients, DISTRIBUTION)
    assert (verified.state, verified.blocks, counted.state) == (State.NOT_KNOWN, False, State.OK)
    assert "Your account must be verified" in verified.do


def test_what_may_not_be_counted_is_named() -> None:
    clients = StubbedClients()
    clients.refuse("cognito-idp", "list_user_pools", "AccessDeniedException")
    (check,) = _resources(clients, POOL)
    assert (check.state, check.permission) == (State.NOT_KNOWN, "cognito-idp:ListUserPools")


def _model(clients: StubbedClients, folder: Path, bucket: str | None, content: bytes | None) -> Check:
    archive = BuildPaths(build=folder).archive
    if content is not None:
        archive.parent.mkdir()
        archive.write_bytes(content)
    document = json.loads(MANIFEST.read_text())
    sha256 = hashlib.sha256(b"model").hexdigest()
    document["artifact"] |= {"sha256": sha256, "key": f"models/{sha256}/model.tar.gz"}
    at = folder / "current.json"
    at.write_text(json.dumps(document))
    (check,) = check_model(clients, read_manifest(at), at, bucket, BuildPaths(build=folder))
    return check


@pytest.mark.parametrize(
    ("bucket", "there", "content", "state"),
    [
        ("b", True, None, State.OK),
        ("b", False, b"model", State.OK),
        (None, False, b"model", State.OK),
        ("b", False, b"other", State.WANTING),
        (None, False, None, State.WANTING),
    ],
)
def test_the_model_is_in_the_bucket_or_can_be_put_there(
    tmp_path: Path, bucket: str | None, there: bool, content: bytes | None, state: State
) -> None:
    clients = StubbedClients()
    key = f"models/{hashlib.sha256(b'model').hexdigest()}/model.tar.gz"
    clients.answer("s3", "list_objects_v2", {"Contents": [{"Key": key}]} if there else {})
    check = _model(clients, tmp_path, bucket, content)
    assert (check.state, check.blocks) == (state, state is State.WANTING)
