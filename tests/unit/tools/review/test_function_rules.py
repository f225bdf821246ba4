"""What is said of changes of Lambda functions and of what calls them."""

from __future__ import annotations

from typing import Any

from tests.support.review_rules import each_row, judge, judge_whole, template
from tools.review.change import Risk

FUNCTION = "AWS::Lambda::Function"
REGISTRY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/"
MAPPING = "AWS::Lambda::EventSourceMapping"
H, C, A, N, D = Risk.HARMLESS, Risk.COST, Risk.ACCESS, Risk.INTERRUPTION, Risk.DATA_LOSS

LAYER = "arn:aws:lambda:us-east-1:{}:layer:x:1"


@each_row(
    [
        ("Code", {"S3Key": "a.zip"}, {"S3Key": "b.zip"}, H),
        ("Runtime", "python3.11", "python3.12", H),
        ("Runtime", "python3.9", "python3.14", H),
        ("Runtime", "python3.12", "python3.11", N),
        ("Runtime", "nodejs18.x", "nodejs22.x", H),
        ("Runtime", "provided.al2", "provided.al2023", H),
        ("Runtime", "java8.al2", "java21", H),
        ("Runtime", "nodejs22.x", "python3.12", N),
        ("Runtime", "python3.12", None, N),
        ("MemorySize", 512, 1024, C),
        ("MemorySize", 1024, 512, N),
        ("MemorySize", None, 128, H),
        ("MemorySize", {"Ref": "Memory"}, 128, N),
        ("Timeout", 30, 60, H),
        ("Timeout", 30, 3, N),
        ("Timeout", 30, None, N),
        ("ReservedConcurrentExecutions", 10, 0, N),
        ("ReservedConcurrentExecutions", None, 0, N),
        ("ReservedConcurrentExecutions", None, 10, N),
        ("ReservedConcurrentExecutions", 10, 5, N),
        ("ReservedConcurrentExecutions", 10, 20, C),
        ("ReservedConcurrentExecutions", 10, None, N),
        ("ReservedConcurrentExecutions", 0, None, H),
        ("DeadLetterConfig", {"TargetArn": "q"}, None, D),
        ("DeadLetterConfig", None, {"TargetArn": "q"}, H),
        ("DeadLetterConfig", {"TargetArn": "q"}, {"TargetArn": "r"}, A),
        ("Layers", [LAYER.format("017000801446")], [], N),
        ("Layers", None, [LAYER.format("017000801446")], H),
        ("Layers", None, [LAYER.format("666666666666")], A),
        ("Layers", [{"Ref": "LayerA"}], [{"Ref": "LayerB"}], H),
        ("VpcConfig", {"SubnetIds": ["a"]}, None, A),
        ("VpcConfig", {"SubnetIds": ["a"]}, {"SubnetIds": ["b"]}, None),
        ("VpcConfig.SecurityGroupIds", ["a"], ["a", "b"], A),
        ("VpcConfig.SubnetIds", ["a", "b"], ["a"], N),
        ("FileSystemConfigs", [{"Arn": "a"}], None, N),
        ("EphemeralStorage.Size", None, 1024, C),
        ("EphemeralStorage.Size", 1024, None, N),
        ("TracingConfig.Mode", "Active", "PassThrough", H),
        ("TracingConfig.Mode", None, "Active", C),
        ("KmsKeyArn", "key", None, A),
        ("KmsKeyArn", None, "key", H),
        ("LoggingConfig.LogGroup", {"Ref": "Logs"}, None, D),
        ("LoggingConfig.ApplicationLogLevel", "INFO", "DEBUG", C),
        ("LoggingConfig.ApplicationLogLevel", "INFO", "WARN", H),
        ("LoggingConfig.ApplicationLogLevel", "WARN", "FATAL", A),
        ("Code", {"S3Bucket": "a", "S3Key": "x"}, {"S3Bucket": "a", "S3Key": "y"}, H),
        ("Code", {"S3Bucket": "a", "S3Key": "x"}, {"S3Bucket": "b", "S3Key": "x"}, A),
        ("Code", {"ImageUri": "1.dkr.ecr/a:1"}, {"ImageUri": "1.dkr.ecr/a:2"}, H),
        ("Code", {"ImageUri": f"{REGISTRY}a:1"}, {"ImageUri": f"{REGISTRY.replace('1', '9')}a:1"}, A),
        ("Code", {"S3Bucket": {"Ref": "A"}}, {"S3Bucket": {"Fn::Sub": "cdk-${AWS::Region}"}}, H),
        ("Role", {"Fn::GetAtt": ["RoleA", "Arn"]}, "arn:aws:iam::1:role/admin", A),
        ("CodeSigningConfigArn", "a", None, A),
        ("CodeSigningConfigArn", None, "a", H),
        ("RuntimeManagementConfig.UpdateRuntimeOn", None, "Manual", A),
        ("RuntimeManagementConfig.UpdateRuntimeOn", "Manual", "Auto", H),
        ("RecursiveLoop", None, "Allow", C),
        ("RecursiveLoop", "Allow", "Terminate", H),
        ("DurableConfig.RetentionPeriodInDays", None, 1, D),
        ("SnapStart.ApplyOn", "PublishedVersions", "None", H),
    ],
)
def test_a_property_of_a_function(path: str, before: Any, after: Any, risk: Risk | None) -> None:
    assert judge(FUNCTION, path, before, after) == risk


def test_what_has_to_fit_the_code_may_change_with_it() -> None:
    def handler(code: str) -> Risk | None:
        base, head = ({"Properties": {"Code": {"S3Key": key}}} for key in ("a", code))
        return judge(FUNCTION, "Handler", "a.main", "b.main", base=base, head=head)

    assert handler("a") == N
    assert handler("b") == H


def test_a_role_may_be_renamed() -> None:
    found = judge(
        FUNCTION,
        "Role",
        {"Fn::GetAtt": ["Old", "Arn"]},
        {"Fn::GetAtt": ["New", "Arn"]},
        base_template=template(Old={"Type": "AWS::IAM::Role"}),
        head_template=template(New={"Type": "AWS::IAM::Role"}),
    )
    assert found == H


@each_row(
    [
        ("Enabled", True, False, N),
        ("Enabled", None, False, N),
        ("Enabled", False, True, H),
        ("Enabled", None, True, H),
        ("BatchSize", 10, 100, H),
        ("BatchSize", 100, 1, C),
        ("DestinationConfig", {"OnFailure": {"Destination": "q"}}, None, D),
        ("DestinationConfig", None, {"OnFailure": {"Destination": "q"}}, H),
        ("BisectBatchOnFunctionError", True, None, D),
        ("BisectBatchOnFunctionError", None, True, H),
        ("MaximumRetryAttempts", 10, 0, D),
        ("MaximumRetryAttempts", None, 3, D),
        ("MaximumRetryAttempts", 3, -1, N),
        ("MaximumRetryAttempts", 3, 5, H),
        ("MaximumRecordAgeInSeconds", -1, 60, D),
        ("MaximumRecordAgeInSeconds", 60, None, H),
        ("FilterCriteria", None, {"Filters": [{"Pattern": "a"}]}, D),
        ("FilterCriteria", {"Filters": [{"Pattern": "a"}]}, None, C),
        ("FilterCriteria", {"Filters": [{"Pattern": "a"}]}, {"Filters": [{"Pattern": "b"}]}, D),
        ("FilterCriteria", {"Filters": [{"Pattern": "a"}]}, {"Filters": [{"Pattern": "a"}, {"Pattern": "b"}]}, C),
        ("StartingPosition", "TRIM_HORIZON", "LATEST", D),
        ("StartingPosition", "LATEST", "TRIM_HORIZON", N),
        ("ScalingConfig.MaximumConcurrency", 10, 2, N),
        ("ScalingConfig.MaximumConcurrency", 10, None, C),
        ("ParallelizationFactor", 2, None, N),
        ("ProvisionedPollerConfig", None, {"MinimumPollers": 5}, C),
        ("ProvisionedPollerConfig", {"MinimumPollers": 5}, None, N),
        ("FunctionResponseTypes", ["ReportBatchItemFailures"], None, D),
        ("FunctionResponseTypes", None, ["ReportBatchItemFailures"], H),
        ("EventSourceArn", "a", "b", N),
    ],
)
def test_a_property_of_an_event_source_mapping(path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(MAPPING, path, before, after) == risk


@each_row(
    [
        ("Url", "AuthType", "AWS_IAM", "NONE", A),
        ("Url", "AuthType", "NONE", "AWS_IAM", N),
        ("Url", "Cors", None, {"AllowOrigins": ["*"]}, A),
        ("Url", "Cors.AllowOrigins", ["https://a"], ["*"], A),
        ("Url", "Cors.AllowOrigins", ["https://a", "https://b"], ["https://a"], N),
        ("EventInvokeConfig", "MaximumRetryAttempts", 2, 0, D),
        ("EventInvokeConfig", "MaximumRetryAttempts", 0, 2, H),
        ("EventInvokeConfig", "DestinationConfig.OnFailure", {"Destination": "q"}, None, D),
        ("EventInvokeConfig", "DestinationConfig.OnSuccess", {"Destination": "q"}, None, N),
        ("EventInvokeConfig", "MaximumEventAgeInSeconds", 60, 3600, H),
        ("Alias", "FunctionVersion", "1", "2", H),
        ("Alias", "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions", 5, 10, C),
        ("Alias", "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions", 5, None, N),
        ("CodeSigningConfig", "CodeSigningPolicies.UntrustedArtifactOnDeployment", "Enforce", "Warn", A),
    ],
)
def test_a_property_beside_a_function(kind: str, path: str, before: Any, after: Any, risk: Risk) -> None:
    assert judge(f"AWS::Lambda::{kind}", path, before, after) == risk


@each_row(
    [
        ("remove", "EventSourceMapping", {}, N),
        ("remove", "Url", {}, N),
        ("remove", "Alias", {}, N),
        ("remove", "EventInvokeConfig", {"DestinationConfig": {"OnFailure": {"Destination": "q"}}}, D),
        ("remove", "EventInvokeConfig", {}, H),
        ("remove", "Version", {"FunctionName": "f"}, N),
        ("remove", "CodeSigningConfig", {}, A),
        ("add", "Url", {}, A),
        ("add", "Version", {}, H),
        ("replace", "Version", {}, H),
        ("replace", "LayerVersion", {}, H),
        ("replace", "Alias", {}, N),
        ("replace", "EventSourceMapping", {"BatchSize": 1}, H),
        ("replace", "EventSourceMapping", {"StartingPosition": "LATEST"}, D),
        ("replace", "EventSourceMapping", {"StartingPosition": "TRIM_HORIZON"}, N),
    ],
)
def test_a_whole_resource_beside_a_function(action: str, kind: str, properties: Any, risk: Risk) -> None:
    assert judge_whole(action, f"AWS::Lambda::{kind}", properties) == risk


def test_a_whole_function() -> None:
    assert judge_whole("remove", FUNCTION) == N
    assert judge_whole("replace", FUNCTION) == N
    assert judge_whole("add", FUNCTION) == H


def test_a_version_gives_way_to_the_next() -> None:
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "f"}}
    found = judge_whole("remove", "AWS::Lambda::Version", {"FunctionName": "f"}, head_template=template(Next=version))
    assert found == H
