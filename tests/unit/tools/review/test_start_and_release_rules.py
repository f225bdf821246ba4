"""What is said of changes of what starts work, what brings releases out, and of custom resources."""

from __future__ import annotations

import json
from typing import Any

from tests.support.review_rules import each_row, judge, judge_whole, template
from tools.review.change import Risk

H, C, A, N, D, U = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS, Risk.UNKNOWN

RULE = "AWS::Events::Rule"
SCHEDULE = "AWS::Scheduler::Schedule"
PIPE = "AWS::Pipes::Pipe"


@each_row(
    [
        (RULE, "State", "ENABLED", "DISABLED", N),
        (RULE, "State", None, "DISABLED", N),
        (RULE, "State", "DISABLED", "ENABLED", H),
        (RULE, "ScheduleExpression", "rate(1 hour)", "rate(1 day)", N),
        (RULE, "ScheduleExpression", "rate(1 day)", "rate(1 hour)", C),
        (RULE, "ScheduleExpression", "rate(60 minutes)", "rate(1 hour)", H),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "cron(0 1 1 * ? *)", N),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "cron(30 2 * * ? *)", H),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "cron(0/5 1-3 * * ? *)", C),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "cron(0 1 ? * MON-FRI *)", N),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "cron(0 1 L * ? *)", N),
        (RULE, "ScheduleExpression", "cron(0 1 * * ? *)", "rate(1 day)", H),
        (RULE, "ScheduleExpression", "cron(0 1 ? * SUN *)", "rate(1 hour)", C),
        (RULE, "ScheduleExpression", "cron(0 1 ? * FRI-MON *)", "cron(0 1 ? * SAT-SUN *)", N),
        (RULE, "ScheduleExpression", "cron(0 1 ? NOV-FEB * *)", "cron(0 1 ? 11,12,1,2 * *)", H),
        (RULE, "EventPattern", {"source": ["a"]}, {"source": ["a", "b"]}, C),
        (RULE, "EventPattern", {"source": ["a"], "detail": {"x": [1]}}, {"source": ["a"]}, C),
        (RULE, "EventPattern", {"source": ["a", "b"]}, {"source": ["a"]}, N),
        (RULE, "EventPattern", {"source": ["a"]}, {"source": ["a"], "detail": {"x": [1]}}, N),
        (RULE, "EventPattern", {"source": ["a", "b"]}, {"source": ["b", "a"]}, H),
        (RULE, "EventPattern", {"source": ["a"]}, None, N),
        (RULE, "Targets[]", {"Id": "a"}, None, N),
        (RULE, "Targets[]", None, {"Id": "a"}, C),
        (RULE, "Targets[]", {"Id": "a"}, {"Id": "a", "Input": "x"}, None),
        (RULE, "Targets[].Arn", "a", "b", N),
        (RULE, "Targets[].DeadLetterConfig", {"Arn": "q"}, None, D),
        (RULE, "Targets[].DeadLetterConfig", None, {"Arn": "q"}, H),
        (RULE, "Targets[].RetryPolicy.MaximumRetryAttempts", None, 0, D),
        (RULE, "Targets[].RetryPolicy.MaximumEventAgeInSeconds", 60, 3600, H),
        (RULE, "Targets[].RoleArn", "a", "b", A),
        (RULE, "Targets[].Input", "a", "b", H),
        (SCHEDULE, "State", "ENABLED", "DISABLED", N),
        (SCHEDULE, "Target.DeadLetterConfig", {"Arn": "q"}, None, D),
        (SCHEDULE, "Target.RetryPolicy.MaximumRetryAttempts", 10, 1, D),
        (SCHEDULE, "ScheduleExpression", "rate(5 minutes)", "rate(1 minute)", C),
        (SCHEDULE, "EndDate", None, "2030-01-01T00:00:00Z", N),
        ("AWS::Events::EventBus", "DeadLetterConfig", {"Arn": "q"}, None, D),
        ("AWS::Events::EventBus", "Policy", None, {"Statement": []}, A),
        ("AWS::Events::Archive", "RetentionDays", 0, 7, D),
        ("AWS::Events::Archive", "RetentionDays", 7, 30, C),
        ("AWS::Events::ApiDestination", "InvocationEndpoint", "https://a", "https://b", A),
    ],
)
def test_a_property_of_what_starts_work(kind: str, path: str, before: Any, after: Any, risk: Risk | None) -> None:
    assert judge(kind, path, before, after) == risk


@each_row(
    [
        ("remove", RULE, N),
        ("remove", SCHEDULE, N),
        ("remove", "AWS::Events::Archive", D),
        ("replace", RULE, H),
        ("add", RULE, H),
        ("add", "AWS::Events::ApiDestination", A),
    ],
)
def test_a_whole_resource_that_starts_work(action: str, kind: str, risk: Risk) -> None:
    assert judge_whole(action, kind) == risk


@each_row(
    [
        ("DesiredState", "RUNNING", "STOPPED", N),
        ("DesiredState", None, "STOPPED", N),
        ("DesiredState", "STOPPED", "RUNNING", H),
        ("Target", "a", "b", N),
        ("SourceParameters.FilterCriteria", None, {"Filters": [{"Pattern": "a"}]}, D),
        ("SourceParameters.KinesisStreamParameters.DeadLetterConfig", {"Arn": "q"}, None, D),
        ("SourceParameters.KinesisStreamParameters.DeadLetterConfig", None, {"Arn": "q"}, H),
    ],
)
def test_a_property_of_a_pipe(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(PIPE, path, before, after) == risk


def test_a_whole_pipe() -> None:
    assert judge_whole("remove", PIPE) == N
    assert judge_whole("add", PIPE) == H


APPROVAL = {"Name": "Prod", "Actions": [{"Name": "Approve", "ActionTypeId": {"Category": "Approval"}}]}
DEPLOY = {"Name": "Deploy", "Actions": [{"Name": "Deploy", "ActionTypeId": {"Category": "Deploy"}}]}


@each_row(
    [
        ("CodeBuild::Project", "Environment.PrivilegedMode", False, True, A),
        ("CodeBuild::Project", "Environment.PrivilegedMode", True, False, H),
        ("CodeBuild::Project", "Environment.ComputeType", "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_LARGE", C),
        ("CodeBuild::Project", "Source.BuildSpec", "a", "b", H),
        ("CodeBuild::Project", "Source.Location", "a", "b", A),
        ("CodeBuild::Project", "LogsConfig.CloudWatchLogs.Status", "ENABLED", "DISABLED", D),
        ("CodeBuild::Project", "Visibility", "PRIVATE", "PUBLIC_READ", A),
        ("CodePipeline::Pipeline", "Stages", [APPROVAL, DEPLOY], [DEPLOY], A),
        ("CodePipeline::Pipeline", "Stages", [APPROVAL, DEPLOY], [APPROVAL], N),
        ("CodePipeline::Pipeline", "Stages", [DEPLOY], [APPROVAL, DEPLOY], None),
        ("CodePipeline::Pipeline", "Stages[].Actions[].Configuration", {"a": 1}, {"a": 2}, H),
        ("CodeDeploy::DeploymentGroup", "AutoRollbackConfiguration", {"Enabled": True}, None, A),
        ("CodeDeploy::DeploymentGroup", "AutoRollbackConfiguration.Enabled", True, False, A),
        ("CodeDeploy::DeploymentGroup", "AutoRollbackConfiguration.Enabled", False, True, H),
        ("CodeDeploy::DeploymentGroup", "AlarmConfiguration.Alarms", [{"Name": "a"}], [], A),
        (
            "CodeDeploy::DeploymentGroup",
            "DeploymentConfigName",
            "CodeDeployDefault.LambdaCanary10Percent5Minutes",
            "CodeDeployDefault.LambdaAllAtOnce",
            A,
        ),
        ("AppConfig::Environment", "Monitors", [{"AlarmArn": "a"}], [], A),
        ("Amplify::App", "BasicAuthConfig", {"EnableBasicAuth": True}, None, A),
    ],
)
def test_a_property_of_releases(kind: str, path: str, before: Any, after: Any, risk: Risk | None) -> None:
    assert judge(f"AWS::{kind}", path, before, after) == risk


@each_row(
    [
        ("Glue::Job", "NumberOfWorkers", 2, 10, C),
        ("Glue::Job", "NumberOfWorkers", 10, 2, N),
        ("Glue::Job", "WorkerType", "G.1X", "G.8X", C),
        ("Glue::Job", "GlueVersion", "4.0", "5.0", H),
        ("Glue::Job", "SecurityConfiguration", "a", None, A),
        ("Glue::Job", "Command", {"ScriptLocation": "a"}, {"ScriptLocation": "b"}, H),
        ("Glue::Crawler", "SchemaChangePolicy.DeleteBehavior", "LOG", "DELETE_FROM_DATABASE", D),
        ("EMR::Cluster", "Instances.TerminationProtected", True, False, D),
        ("EMR::Cluster", "Instances.CoreInstanceGroup.InstanceCount", 2, 20, C),
    ],
)
def test_a_property_of_jobs_on_data(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::{kind}", path, before, after) == risk


@each_row(
    [
        ("TemplateURL", "a", "b", H),
        ("EnableTerminationProtection", True, False, D),
        ("NotificationARNs", ["a"], [], A),
        ("Parameters.AssetParametersX", "a", "b", H),
        ("Parameters.AuthEnabled", "true", "false", A),
        ("Parameters.X", {"Ref": "A"}, {"Ref": "A"}, H),
    ],
)
def test_a_property_of_a_nested_stack(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge("AWS::CloudFormation::Stack", path, before, after) == risk


@each_row(
    [
        ("remove", "AWS::CloudFormation::Stack", D),
        ("add", "AWS::CloudFormation::Stack", H),
        ("remove", "AWS::CDK::Metadata", H),
        ("remove", "AWS::CloudFormation::WaitCondition", H),
        ("add", "AWS::CloudFormation::StackSet", A),
    ],
)
def test_a_whole_stack(action: str, kind: str, risk: Risk) -> None:
    assert judge_whole(action, kind) == risk


def call(action: str, **parameters: Any) -> str:
    return json.dumps({"service": "S3", "action": action, "parameters": parameters, "physicalResourceId": {"id": "x"}})


@each_row(
    [
        ("Create", call("getObject", Key="a"), call("getObject", Key="b"), H),
        ("Update", call("putObject", Key="a"), call("putObject", Key="b"), U),
        ("Update", call("putObject", Key="a"), call("deleteObject", Key="a"), D),
        ("Update", call("putObject", Key="a"), None, N),
        ("Delete", None, call("deleteObject", Key="a"), D),
        ("Delete", call("deleteObject", Key="a"), None, H),
        ("Delete", call("deleteObject", Key="a"), call("deleteObject", Key="b"), D),
        ("InstallLatestAwsSdk", True, False, H),
    ],
)
def test_a_call_of_a_custom_resource(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge("Custom::AWS", path, before, after) == risk


def test_a_call_with_references_inside() -> None:
    def joined(action: str) -> dict[str, Any]:
        return {
            "Fn::Join": ["", [f'{{"service":"S3","action":"{action}","parameters":{{"Bucket":"', {"Ref": "B"}, '"}}']]
        }

    assert judge("Custom::AWS", "Update", joined("putX"), joined("deleteX")) == D
    assert judge("Custom::AWS", "Update", joined("putX"), joined("listX")) == H


@each_row(
    [
        ("Custom::Thing", "CodeHash", "a", "b", H),
        ("Custom::Thing", "Something", "a" * 64, "b" * 64, H),
        ("Custom::Thing", "Something", "a", "b", U),
        ("Custom::Thing", "ServiceToken", "a", "b", A),
        ("Custom::ModelArtifactCheck", "Key", "a", "b", H),
        ("Custom::ModelArtifactCheck", "Sha256", "a", "b", H),
        ("Custom::ModelArtifactCheck", "Bucket", "a", "b", A),
        ("Custom::LogRetention", "RetentionInDays", 30, 1, D),
        ("Custom::LogRetention", "RetentionInDays", 30, 731, C),
        ("Custom::CDKBucketDeployment", "SourceObjectKeys", ["a"], ["b"], H),
        ("Custom::CDKBucketDeployment", "Prune", False, True, D),
        ("Custom::CDKBucketDeployment", "Prune", True, False, C),
        ("Custom::AWSCDKOpenIdConnectProvider", "ClientIDList", ["a"], ["a", "b"], A),
    ],
)
def test_a_property_of_a_custom_resource(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(kind, path, before, after) == risk


@each_row(
    [
        ("remove", "Custom::ModelArtifactCheck", {}, A),
        ("add", "Custom::ModelArtifactCheck", {}, H),
        ("remove", "Custom::VpcRestrictDefaultSG", {}, A),
        ("add", "Custom::VpcRestrictDefaultSG", {}, H),
        ("remove", "Custom::AWS", {"Delete": call("deleteObject")}, D),
        ("remove", "Custom::AWS", {}, U),
        ("add", "Custom::S3AutoDeleteObjects", {}, D),
        ("remove", "Custom::S3AutoDeleteObjects", {}, D),
        ("remove", "Custom::Thing", {}, N),
        ("add", "Custom::Thing", {}, U),
    ],
)
def test_a_whole_custom_resource(action: str, kind: str, properties: Any, risk: Risk) -> None:
    assert judge_whole(action, kind, properties) == risk


def test_a_service_token_follows_its_function() -> None:
    old, new = ({"Fn::GetAtt": [name, "Arn"]} for name in ("Old", "New"))
    function = {"Type": "AWS::Lambda::Function"}
    found = judge(
        "Custom::Thing",
        "ServiceToken",
        old,
        new,
        base_template=template(Old=function),
        head_template=template(New=function),
    )
    assert found == H


@each_row(
    [
        ("Custom::S3AutoDeleteObjects", {"BucketName": {"Ref": "Holder"}}),
        ("Custom::ECRAutoDeleteImages", {"RepositoryName": {"Ref": "Holder"}}),
        ("Custom::CDKBucketDeployment", {"DestinationBucketName": {"Ref": "Holder"}}),
        ("Custom::LogRetention", {"LogGroupName": {"Fn::Join": ["", ["/aws/lambda/", {"Ref": "Holder"}]]}}),
    ],
)
def test_what_is_new_holds_nothing_that_can_be_lost(kind: str, properties: Any) -> None:
    holder = {"Type": "AWS::S3::Bucket"}
    assert judge_whole("add", kind, properties, head_template=template(Holder=holder)) == H
    both = {"base_template": template(Holder=holder), "head_template": template(Holder=holder)}
    assert judge_whole("add", kind, properties, **both) == D
