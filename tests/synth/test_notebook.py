"""What must hold for the notebook instance, its role, its scripts and its network."""

from __future__ import annotations

import base64
import dataclasses
import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from stacks.notebook.settings import AsksThrough, IsolatedVpc, NotebookSettings, PublicInternet
from stacks.settings import LOCAL, PROD
from stacks.shared.errors import ConfigurationError
from tests.support.assemblies import Assembly, Json, as_list, as_text, make_app

INSTANCE = "AWS::SageMaker::NotebookInstance"
LIFECYCLE = "AWS::SageMaker::NotebookInstanceLifecycleConfig"
ENDPOINTS = "AWS::EC2::VPCEndpoint"


def role_statements(assembly: Assembly) -> list[Json]:
    """What the role of the notebook may do."""
    resources = assembly.template("notebook")["Resources"]
    role = resources[assembly.only(INSTANCE)["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    found: list[Json] = policy["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in found} == {"Allow"}
    return found


def allowed(assembly: Assembly, action: str) -> list[tuple[str, Any]]:
    """Resources on which an action is allowed, each with its condition."""
    return [
        (as_text(resource), statement.get("Condition"))
        for statement in role_statements(assembly)
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def test_the_instance_has_no_root_and_the_newer_metadata_service(assembly: Assembly) -> None:
    instance = assembly.only(INSTANCE)
    assert instance["RootAccess"] == "Disabled"
    assert instance["InstanceMetadataServiceConfiguration"] == {"MinimumInstanceMetadataServiceVersion": "2"}
    assert instance["PlatformIdentifier"] == "notebook-al2023-v1"
    assert instance["InstanceType"] == "ml.t3.medium"
    assert instance["NotebookInstanceName"] == assembly.settings.application_name


def test_prod_has_a_network_without_internet_and_a_key_of_its_own(prod: Assembly) -> None:
    instance = prod.only(INSTANCE)
    assert instance["DirectInternetAccess"] == "Disabled"
    assert instance["SubnetId"]["Ref"] in prod.resources("AWS::EC2::Subnet")
    assert instance["SecurityGroupIds"]
    (key,) = prod.resources("AWS::KMS::Key", "notebook").values()
    assert instance["KmsKeyId"]["Fn::GetAtt"][0] in prod.resources("AWS::KMS::Key", "notebook")
    assert key["Properties"]["EnableKeyRotation"] is True
    for kind in ("InternetGateway", "NatGateway", "EgressOnlyInternetGateway", "Route", "VPCGatewayAttachment"):
        assert prod.resources(f"AWS::EC2::{kind}") == {}


def test_nothing_enters_the_network_of_prod(prod: Assembly) -> None:
    groups = {name: group["Properties"] for name, group in prod.resources("AWS::EC2::SecurityGroup").items()}
    of_instance = groups.pop(prod.only(INSTANCE)["SecurityGroupIds"][0]["Fn::GetAtt"][0])
    assert "SecurityGroupIngress" not in of_instance
    (out,) = of_instance["SecurityGroupEgress"]
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("tcp", 443, 443)
    (of_endpoints,) = groups.values()
    (into,) = of_endpoints["SecurityGroupIngress"]
    assert (into["FromPort"], into["ToPort"], into["CidrIp"]) == (443, 443, prod.only("AWS::EC2::VPC")["CidrBlock"])


def test_every_service_that_the_role_uses_can_be_reached_in_prod(prod: Assembly) -> None:
    actions = {action for statement in role_statements(prod) for action in as_list(statement["Action"])}
    used = {action.partition(":")[0] for action in actions} - {"iam"}  # iam:PassRole is no call
    services = {endpoint["Properties"]["ServiceName"] for endpoint in prod.resources(ENDPOINTS).values()}
    assert {service.split(".")[3] for service in services} == used
    assert {"com.amazonaws.us-east-1.sagemaker.api", "com.amazonaws.us-east-1.sagemaker.runtime"} <= services


def test_only_the_notebook_gets_through_the_endpoints(prod: Assembly) -> None:
    role = prod.only(INSTANCE)["RoleArn"]
    for endpoint in prod.resources(ENDPOINTS).values():
        (statement,) = endpoint["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": role}}
    (gateway,) = [
        endpoint["Properties"]
        for endpoint in prod.resources(ENDPOINTS).values()
        if endpoint["Properties"]["VpcEndpointType"] == "Gateway"
    ]
    reached = {as_text(resource) for resource in gateway["PolicyDocument"]["Statement"][0]["Resource"]}
    assert "*" not in reached
    assert not [resource for resource in reached if resource.endswith("assets-222222222222-us-east-1/*")]
    for endpoint in prod.resources(ENDPOINTS).values():
        if endpoint["Properties"]["VpcEndpointType"] == "Interface":
            assert endpoint["Properties"]["PrivateDnsEnabled"] is True


def test_the_instance_waits_for_its_network(prod: Assembly) -> None:
    (instance,) = prod.resources(INSTANCE).values()
    assert set(instance["DependsOn"]) >= set(prod.resources(ENDPOINTS))


def test_what_the_network_refuses_is_logged(prod: Assembly) -> None:
    log = prod.only("AWS::EC2::FlowLog")
    assert log["TrafficType"] == "REJECT"
    assert log["ResourceId"]["Ref"] in prod.resources("AWS::EC2::VPC")


@pytest.mark.parametrize("environment", ["local", "dev"])
def test_the_others_have_no_network_that_costs(environment: str, assemblies: dict[str, Assembly]) -> None:
    assembly = assemblies[environment]
    assert assembly.only(INSTANCE)["DirectInternetAccess"] == "Enabled"
    for kind in ("AWS::EC2::VPC", ENDPOINTS, "AWS::KMS::Key"):
        assert assembly.resources(kind, "notebook") == {}


def test_the_role_reads_and_writes_named_prefixes_of_one_bucket(assembly: Assembly) -> None:
    read = [resource for resource, _ in allowed(assembly, "s3:GetObject")]
    ours = [resource for resource in read if resource.startswith("<ExportsOutput")]
    assert sorted(resource.partition(">")[2] for resource in ours) == ["/channels/*", "/jobs/*", "/sources/*"]
    (archive,) = set(read) - set(ours)
    assert archive.startswith(f"arn:aws:s3:::cdk-hnb659fds-assets-{assembly.settings.account}-")
    assert archive.endswith(".zip")
    ((written, condition),) = allowed(assembly, "s3:PutObject")
    assert written.partition(">")[2] == "/channels/*"
    assert condition == {"Null": {"s3:if-none-match": "false"}}


def test_the_role_lists_those_prefixes_only(assembly: Assembly) -> None:
    ((_, condition),) = allowed(assembly, "s3:ListBucket")
    assert condition == {"StringLike": {"s3:prefix": ["channels/*", "sources/*", "jobs/*"]}}


def test_the_role_can_neither_publish_nor_promote_nor_delete(assembly: Assembly) -> None:
    text = json.dumps(role_statements(assembly))
    assert "models/" not in text
    actions = {action for statement in role_statements(assembly) for action in as_list(statement["Action"])}
    assert not [action for action in actions if "Delete" in action or "Update" in action]
    assert not {"sagemaker:CreateModel", "sagemaker:CreateEndpoint", "iam:CreateRole"} & actions


def test_the_role_starts_only_jobs_of_this_project_on_machines_of_the_settings(assembly: Assembly) -> None:
    settings = assembly.settings
    jobs = f"arn:aws:sagemaker:{settings.region}:{settings.account}:training-job/digits-{settings.environment}-*"
    conditions = {
        "ForAllValues:StringEquals": {"sagemaker:InstanceTypes": list(settings.notebook.job_instance_types)},
        "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": str(settings.training.max_run_seconds)},
        "Null": {"sagemaker:InstanceTypes": "false", "sagemaker:KeepAlivePeriod": "true"},
        "Bool": {"sagemaker:NetworkIsolation": "true"},
    }
    assert settings.training.network_isolation
    assert allowed(assembly, "sagemaker:CreateTrainingJob") == [(jobs, conditions)]
    for action in ("DescribeTrainingJob", "StopTrainingJob", "AddTags"):
        assert allowed(assembly, f"sagemaker:{action}") == [(jobs, None)]


def test_what_the_settings_train_on_may_be_started(assembly: Assembly) -> None:
    assert assembly.settings.training.instance_type in assembly.settings.notebook.job_instance_types


def test_the_role_passes_on_the_training_role_only(assembly: Assembly) -> None:
    (statement,) = [each for each in role_statements(assembly) if each["Action"] == "iam:PassRole"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    reference = statement["Resource"]["Fn::GetStackOutput"]
    assert reference["StackName"] == assembly.settings.stack_name("training")
    role = assembly.template("training")["Outputs"][reference["OutputName"]]["Value"]
    assert role == assembly.template("training")["Outputs"]["TrainingRoleArn"]["Value"]


def test_the_role_stops_its_own_instance_only(assembly: Assembly) -> None:
    settings = assembly.settings
    own = f"arn:aws:sagemaker:{settings.region}:{settings.account}:notebook-instance/digits-{settings.environment}"
    assert allowed(assembly, "sagemaker:StopNotebookInstance") == [(own, None)]


def test_the_role_asks_for_predictions_in_one_way(assembly: Assembly) -> None:
    routes = [resource for resource, _ in allowed(assembly, "execute-api:Invoke")]
    endpoints = allowed(assembly, "sagemaker:InvokeEndpoint")
    if assembly.settings.environment == "prod":
        assert (routes, len(endpoints)) == ([], 1)
    else:
        assert [route.rpartition("/v1/")[2] for route in routes] == ["GET/model", "POST/predictions"]
        assert endpoints == []


def test_the_role_reads_what_the_stacks_left_for_it(assembly: Assembly) -> None:
    read = [resource.rpartition(":")[2] for resource, _ in allowed(assembly, "ssm:GetParameter")]
    names = {str(each["Properties"]["Name"]) for each in assembly.resources("AWS::SSM::Parameter").values()}
    assert {resource.removeprefix("parameter") for resource in read} <= names


def scripts(assembly: Assembly) -> dict[str, str]:
    """Both scripts as texts."""
    lifecycle = assembly.only(LIFECYCLE)
    return {name: lifecycle[name][0]["Content"]["Fn::Base64"] for name in ("OnCreate", "OnStart")}


def test_scripts_fit(assembly: Assembly) -> None:
    for script in scripts(assembly).values():
        assert len(base64.b64encode(script.encode())) < 16_384 - 1000


def test_scripts_have_the_values_of_the_environment(assembly: Assembly) -> None:
    ask = "endpoint" if assembly.settings.environment == "prod" else "api"
    for script in scripts(assembly).values():
        assert f"\nenvironment={assembly.settings.environment}\n" in script
        assert f"\nask_through={ask}\n" in script
    (archive,) = [r for r, _ in allowed(assembly, "s3:GetObject") if r.endswith(".zip")]
    assert f"files_key={archive.rpartition('/')[2]}" in scripts(assembly)["OnStart"]


def test_the_archive_has_the_notebook_and_the_package_and_nothing_else(assembly: Assembly) -> None:
    key = next(r for r, _ in allowed(assembly, "s3:GetObject") if r.endswith(".zip")).rpartition("/")[2]
    # If the checkout's folder has a dot in its name, the CDK adds what follows it.
    (folder,) = assembly.folder.glob(f"asset.{key.removesuffix('.zip')}*")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"notebooks/walkthrough.ipynb", "training/__init__.py", "contract/xgboost_image.py"} <= names
    assert {name.split("/")[0] for name in names} == {"contract", "notebooks", "training"}
    assert not [name for name in names if fnmatchcase(name, "*.pyc")]


GOOD = NotebookSettings()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"instance_type": "t3.medium"}, "instance_type is 't3.medium'"),
        ({"volume_gb": 4}, "volume_gb is 4; allowed is 5 to 16384"),
        ({"idle_minutes": 14}, "idle_minutes is 14; allowed is 15 to 1440"),
        ({"job_instance_types": ()}, r"job_instance_types is \(\)"),
        ({"job_instance_types": ("ml.m6g.large",)}, "ml.m6g.large"),
    ],
    ids=["instance-type", "volume", "idle", "no-job-types", "graviton"],
)
def test_bad_settings_are_named(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        dataclasses.replace(GOOD, **change)


@pytest.mark.parametrize("cidr", ["10.0.0.1/24", "8.8.8.0/24", "10.0.0.0/29", "10.0.0.0/8", "everything"])
def test_bad_networks_are_named(cidr: str) -> None:
    with pytest.raises(ConfigurationError, match=r"cidr is .* allowed is a private IPv4 network"):
        IsolatedVpc(cidr=cidr)


@pytest.mark.slow
def test_the_network_can_be_put_into_another_zone(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="network zone is 6; allowed is 0 to 5"):
        IsolatedVpc(zone=6)
    settings = dataclasses.replace(PROD, notebook=NotebookSettings(network=IsolatedVpc(zone=2)))
    make_app(settings, tmp_path).synth()
    (subnet,) = Assembly(settings=settings, folder=tmp_path).resources("AWS::EC2::Subnet").values()
    assert subnet["Properties"]["AvailabilityZone"] == {"Fn::Select": [2, {"Fn::GetAZs": ""}]}


def test_who_has_no_internet_asks_the_endpoint() -> None:
    assert NotebookSettings(network=IsolatedVpc()).asks_through is AsksThrough.ENDPOINT
    assert NotebookSettings(network=PublicInternet()).asks_through is AsksThrough.API


def test_the_environments_that_are_meant_have_one() -> None:
    assert LOCAL.notebook is not None
    assert PROD.notebook is not None
    assert isinstance(PROD.notebook.network, IsolatedVpc)
    assert PROD.notebook.own_key
