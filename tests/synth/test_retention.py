"""What a failed first creation may leave behind: nothing that stops the second."""

from __future__ import annotations

from tests.support.assemblies import Assembly, as_list, as_text, statements

NOT_WITH_A_FAILED_CREATION = {
    "AWS::ApiGateway::Account": "the account may log with this role for others, and has no name to be in the way",
    "AWS::IAM::Role": "the role of that account",
    "AWS::Cognito::UserPool": "deletion protection would fail the rollback, and the names of pools need not differ",
}
"""Types that stay even then, and why that does no harm."""

NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupName",
}
"""Where the types of which some are kept, or have fixed names, say their name."""


def test_what_is_retained_goes_when_its_creation_is_rolled_back(assembly: Assembly) -> None:
    kept = [
        (resource["Type"], resource["DeletionPolicy"])
        for part in assembly.settings.parts.stacks
        for resource in assembly.template(part)["Resources"].values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    ]
    assert bool(kept) is assembly.settings.retain_data
    for kind, policy in kept:
        assert policy == ("Retain" if kind in NOT_WITH_A_FAILED_CREATION else "RetainExceptOnCreate"), kind


def test_nobody_can_create_a_log_group_that_a_stack_owns(assembly: Assembly) -> None:
    groups = assembly.resources("AWS::Logs::LogGroup").values()
    owned = [as_text(group["Properties"].get("LogGroupName", "")) for group in groups]
    owned = [name.partition("<")[0] for name in owned if name]  # up to an id that only the deployment knows
    assert len(owned) >= 3
    for name, statement in statements(assembly):
        if "logs:CreateLogGroup" not in as_list(statement["Action"]):
            continue
        for resource in map(as_text, as_list(statement["Resource"])):
            creatable = resource.partition(":log-group:")[2].partition(":")[0].partition("*")[0]
            assert not [each for each in owned if each.startswith(creatable) or creatable.startswith(each)], name
