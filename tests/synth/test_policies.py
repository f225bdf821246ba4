"""Least privilege, as properties of every policy in every template."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stacks.notebook.settings import IsolatedVpc
from stacks.policy.rules import accepted_findings, check_policies
from stacks.settings import ENVIRONMENTS
from tests.support.assemblies import Assembly, Json, as_list, as_text, make_app, statements

WILDCARDS = (
    # AWS defines no resource for these.
    (r"ecr:GetAuthorizationToken", r"\*"),
    (r"cloudwatch:PutMetricData", r"\*"),
    (r"xray:Put(TraceSegments|TelemetryRecords)", r"\*"),
    # Streams of one log group, whose names SageMaker makes.
    (r"logs:\w+", r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:/aws/sagemaker/Endpoints/digits-\w+:log-stream:\*"),
    # The check of artifacts reads any model.
    (r"s3:GetObject", r"<(?:Publish|Exports)Output\w+>/models/\*"),
    # The consumer of the stream writes objects whose names are made of what is in them.
    (r"s3:PutObject", r"<(?:Publish|Exports)Output\w+>/stream/(parts|dead-letters)/\*"),
    # The notebook: this project's data, jobs and their logs, and the streams of its own log.
    (r"s3:GetObject", r"<(?:Publish|Exports)Output\w+>/(channels|jobs|sources)/\*"),
    (r"s3:PutObject", r"<(?:Publish|Exports)Output\w+>/channels/\*"),
    (
        r"sagemaker:(AddTags|CreateTrainingJob|DescribeTrainingJob|StopTrainingJob)",
        r"arn:aws:sagemaker:[a-z0-9-]+:\d{12}:training-job/digits-[a-z]+-\*",
    ),
    (
        r"logs:GetLogEvents",
        r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:/aws/sagemaker/TrainingJobs:log-stream:digits-[a-z]+-\*",
    ),
    (
        r"logs:\w+",
        r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:/aws/sagemaker/NotebookInstances:log-stream:digits-[a-z]+/\*",
    ),
    # Jobs: the prefixes of data and of what jobs and steps write, and log streams that begin as jobs do.
    (r"s3:(AbortMultipartUpload|PutObject)", r"<(?:Publish|Exports)Output\w+>/(jobs|pipeline)/\*"),
    (
        r"logs:\w+",
        r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:/aws/sagemaker/(Training|Processing)Jobs:log-stream:digits-[a-z]+-\*",
    ),
    # The pipeline: jobs that begin with its name, models of its one group, and what it evaluated.
    (
        r"sagemaker:(AddTags|(Create|Describe|Stop)(Training|Processing)Job)",
        r"arn:aws:sagemaker:[a-z0-9-]+:\d{12}:(training|processing)-job/digits-[a-z]+-\*",
    ),
    (
        r"sagemaker:(AddTags|CreateModelPackage|DescribeModelPackage)",
        r"arn:aws:sagemaker:[a-z0-9-]+:\d{12}:model-package/digits-[a-z]+/\*",
    ),
    (r"s3:GetObject", r"<(?:Publish|Exports)Output\w+>/pipeline/evaluations/\*"),
    # S3 writes the access log of one bucket into the other.
    (
        r"s3:PutObject",
        r"<\{\"Fn::GetAtt\": \[\"(Data|Site|InboxPictures)AccessLogs[0-9A-F]{8}\", \"Arn\"\]\}>/bucket/\*",
    ),
    # Uploads, whose keys are made of person and job: what the worker reads, and what forms are signed for.
    (r"s3:GetObject(Version)?", r"<\{\"Fn::GetAtt\": \[\"InboxPicturesBucket489E79FA\", \"Arn\"\]\}>/uploads/\*"),
    (r"s3:PutObject", r"<(?:Publish|Exports)Output\w+>/uploads/\*"),
    # CloudFront reads the files of the site.
    (r"s3:GetObject", r"<\{\"Fn::GetAtt\": \[\"SiteBucket[0-9A-F]{8}\", \"Arn\"\]\}>/\*"),
    # The group of the one Event API, whose name has an id that is made with this role.
    (r"logs:\w+", r"arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:/aws/appsync/apis/\*"),
    # Rollback alarms, whose names have that of a configuration which is made after this role.
    (r"cloudwatch:DescribeAlarms", r"arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:digits-[a-z]+-rollback-\*"),
)
"""Actions and resources with a wildcard that are meant."""


def test_no_wildcard_actions(assembly: Assembly) -> None:
    for name, statement in statements(assembly):
        for action in as_list(statement["Action"]):
            assert "*" not in action, f"{name} allows {action}"
        assert "NotAction" not in statement, name


def test_wildcard_resources_are_from_the_list(assembly: Assembly) -> None:
    for name, statement in statements(assembly):
        assert "NotResource" not in statement, name
        for resource in map(as_text, as_list(statement["Resource"])):
            if "*" not in resource:
                continue
            for action in as_list(statement["Action"]):
                allowed = any(re.fullmatch(a, action) and re.fullmatch(r, resource) for a, r in WILDCARDS)
                assert allowed, f"{name} allows {action} on {resource}"


def test_log_groups_are_also_named_as_cloudwatch_logs_asks_about_them(assembly: Assembly) -> None:
    """With an empty stream: who may create streams of some names only could otherwise not create their group."""
    of_group = {"logs:CreateLogGroup", "logs:DescribeLogStreams"}
    checked = 0
    for name, statement in statements(assembly):
        resources = {as_text(resource) for resource in as_list(statement["Resource"])}
        if not of_group & set(as_list(statement["Action"])) or not any(":log-stream:" in each for each in resources):
            continue
        groups = {resource.partition(":log-stream:")[0] for resource in resources}
        assert {f"{group}:log-stream:" for group in groups} <= resources, name
        checked += 1
    assert checked >= 3


def test_metrics_are_held_to_namespaces(assembly: Assembly) -> None:
    conditions = [s["Condition"] for _, s in statements(assembly) if s["Action"] == "cloudwatch:PutMetricData"]
    namespaces = [condition["StringEquals"]["cloudwatch:namespace"] for condition in conditions]
    processing = ["ProcessingJobs"] if assembly.settings.parts.pipeline else []
    groups = ["Endpoints", *processing, "TrainingJobs"]
    assert sorted(namespaces) == [["AWS/SageMaker", f"/aws/sagemaker/{group}"] for group in groups]


def test_no_managed_policies_but_the_one_of_api_gateway(assembly: Assembly) -> None:
    for name, role in assembly.resources("AWS::IAM::Role").items():
        managed = "".join(as_text(policy) for policy in role["Properties"].get("ManagedPolicyArns", []))
        if name.startswith("ApiGatewayLogRole"):
            assert managed.endswith(":policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        else:
            assert managed == "", name
    assert assembly.resources("AWS::IAM::ManagedPolicy") == {}


def test_roles_trust_one_service_each(assembly: Assembly) -> None:
    trusted = set()
    for name, role in assembly.resources("AWS::IAM::Role").items():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRole"
        trusted.add(statement["Principal"]["Service"])
        own = {"StringEquals": {"aws:SourceAccount": assembly.settings.account}}
        # AWS's pages do not name notebook instances, AppSync and API Gateway among what says for which account it asks.
        silent = name.startswith(("NotebookRole", "ChannelsLogRole", "ApiGatewayLogRole"))
        assert statement.get("Condition") == (None if silent else own), name
    notebook = assembly.settings.notebook
    network = {"vpc-flow-logs.amazonaws.com"} if isinstance(notebook.network, IsolatedVpc) else set()
    services = {"lambda", "sagemaker", "apigateway", "appsync"}
    assert trusted == {f"{service}.amazonaws.com" for service in services} | network


def test_prod_reserves_a_share_of_the_concurrency_for_every_function(assemblies: dict[str, Assembly]) -> None:
    for name, assembly in assemblies.items():
        functions = assembly.resources("AWS::Lambda::Function").values()
        shares = [each["Properties"].get("ReservedConcurrentExecutions", 0) for each in functions]
        assert all(shares) is (name == "prod")
        assert sum(shares) == assembly.settings.reserved_concurrency


def test_no_open_finding(assembly: Assembly) -> None:
    # An open one would have failed the synthesis; the report must not be empty because no rule ran.
    assert assembly.report["pluginReports"] == []


@pytest.mark.slow
@pytest.mark.parametrize("environment", list(ENVIRONMENTS))
def test_accepted_findings_are_exactly_those_that_are_found(environment: str, tmp_path: Path) -> None:
    settings = ENVIRONMENTS[environment]
    app = make_app(settings, tmp_path)
    check_policies(app, settings, accept=False)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    found = findings(json.loads((tmp_path / "validation-report.json").read_text()))
    accepted = {(f"{each.stack}/{each.construct}", each.finding) for each in accepted_findings(settings)}
    covered = {
        (where, finding): [path for path, rule in found if rule == finding and path.startswith(f"{where}/")]
        for where, finding in accepted
    }
    assert {row for row, paths in covered.items() if not paths} == set(), "accepted, but not found any more"
    assert len(found) == sum(map(len, covered.values()))


def findings(report: Json) -> list[tuple[str, str]]:
    """Path of the construct and identifier of everything that the rules found."""
    return [
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def test_every_accepted_finding_has_a_reason() -> None:
    for settings in ENVIRONMENTS.values():
        assert all(len(accepted.reason) > 40 for accepted in accepted_findings(settings))
