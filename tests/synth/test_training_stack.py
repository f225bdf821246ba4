"""What must hold for the role of jobs, the pipeline, the registry, and what starts the pipeline."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stacks.parts import Parts
from stacks.policy.rules import check_policies
from stacks.settings import ENVIRONMENTS, Settings
from stacks.training.settings import TrainingNetwork, TrainingSchedule, TrainingSettings
from tests.support.assemblies import MANIFEST, Assembly, Json, as_list, as_text, make_app, statements
from training.aws.platform import parameter_name, platform_from_json

NEEDS = ("pipeline",)

JOBS, PIPELINE = "JobRole014917C6", "PipelineRoleD68726F7"
STEPS = "StepRole3F27CCD8"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
KINDS = ("Training", "Processing")
CODE = r"arn:aws:s3:::cdk-hnb659fds-assets"


def allowed(assembly: Assembly, role: str) -> dict[str, list[str]]:
    """Resources by action of one role, shortened to what tells them apart."""
    found: dict[str, list[str]] = {}
    for name, statement in statements(assembly):
        if name == role:
            for action in as_list(statement["Action"]):
                found.setdefault(action, []).extend(map(as_text, as_list(statement["Resource"])))
    return {action: sorted(map(_short, resources)) for action, resources in found.items()}


def _short(resource: str) -> str:
    return "CODE" if resource.startswith(CODE) else resource.rpartition(">")[2] or resource


def conditions(assembly: Assembly, role: str, action: str) -> list[Json]:
    return [
        statement.get("Condition", {})
        for name, statement in statements(assembly)
        if name == role and action in as_list(statement["Action"])
    ]


def test_jobs_read_and_write_their_own_prefixes(assembly: Assembly) -> None:
    rights = allowed(assembly, JOBS)
    assert rights["s3:GetObject"] == ["/channels/*", "/jobs/*"]
    assert rights["s3:PutObject"] == ["/jobs/*"]
    steps = allowed(assembly, STEPS)
    assert steps["s3:GetObject"] == ["/channels/*", "/jobs/*", "CODE"]
    assert steps["s3:PutObject"] == ["/pipeline/*"]
    for role in (rights, steps):
        assert {action for action in role if action.startswith("s3:")} == {
            "s3:AbortMultipartUpload", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
        }  # fmt: skip
    assert listed(assembly, JOBS) == [["channels/*", "jobs/*"]]
    assert len(listed(assembly, STEPS)) == 2


def listed(assembly: Assembly, role: str) -> list[list[str]]:
    """The prefixes that a role may list."""
    return [next(iter(condition.values()))["s3:prefix"] for condition in conditions(assembly, role, "s3:ListBucket")]


def test_a_training_job_cannot_write_an_evaluation(assembly: Assembly) -> None:
    evaluate = next(step for step in definition(assembly)["Steps"] if step["Name"] == "Evaluate")["Arguments"]
    (output,) = evaluate["ProcessingOutputConfig"]["Outputs"]
    evaluations = output["S3Output"]["S3Uri"]["Std:Join"]["Values"][0].partition("reference")[2].lstrip("/")
    for resource in allowed(assembly, JOBS)["s3:PutObject"]:
        assert not evaluations.startswith(resource.strip("/*"))
    assert allowed(assembly, PIPELINE)["s3:GetObject"] == [f"/{evaluations}/*"]


def test_jobs_can_start_nothing_and_pass_nothing(assembly: Assembly) -> None:
    for role in (JOBS, STEPS):
        services = {action.partition(":")[0] for action in allowed(assembly, role)}
        assert services == {"s3", "ecr", "logs", "cloudwatch"}


def test_jobs_pull_one_image_and_write_their_own_streams(assembly: Assembly) -> None:
    name = assembly.settings.application_name
    for role, kind in ((JOBS, "Training"), (STEPS, "Processing")):
        rights = allowed(assembly, role)
        assert rights["ecr:BatchGetImage"] == ["arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"]
        groups = {resource.partition(":log-group:")[2] for resource in rights["logs:PutLogEvents"]}
        assert groups == {
            f"/aws/sagemaker/{kind}Jobs{streams}" for streams in ("", ":log-stream:", f":log-stream:{name}-*")
        }


def test_the_pipeline_starts_jobs_of_its_name_with_their_two_roles(assembly: Assembly) -> None:
    rights, name = allowed(assembly, PIPELINE), assembly.settings.application_name
    arn = f"arn:aws:sagemaker:us-east-1:{assembly.settings.account}"
    assert rights["sagemaker:CreateTrainingJob"] == [f"{arn}:training-job/{name}-*"]
    assert rights["sagemaker:CreateProcessingJob"] == [f"{arn}:processing-job/{name}-*"]
    assert rights["sagemaker:CreateModelPackage"] == [
        f"{arn}:model-package-group/{name}",
        f"{arn}:model-package/{name}/*",
    ]
    assert rights["iam:PassRole"] == [f'<{{"Fn::GetAtt": ["{role}", "Arn"]}}>' for role in (JOBS, STEPS)]
    assert conditions(assembly, PIPELINE, "iam:PassRole") == [
        {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    ]
    assert rights["s3:GetObject"] == ["/pipeline/evaluations/*"]
    for action in ("ecr:BatchGetImage", "ecr:DescribeImages"):
        assert rights[action] == ["arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"]
    verbs = {action.partition(":")[2] for action in rights if action.startswith("sagemaker:")}
    assert not [verb for verb in verbs if verb.startswith(("Delete", "Update", "Invoke"))]


def test_jobs_of_the_pipeline_cost_no_more_than_the_settings_say(assembly: Assembly) -> None:
    training = assembly.settings.training
    ((jobs,), (steps,)) = (conditions(assembly, PIPELINE, f"sagemaker:Create{kind}Job") for kind in KINDS)
    assert jobs == {
        "ForAllValues:StringEquals": {"sagemaker:InstanceTypes": [training.instance_type]},
        "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": str(training.max_run_seconds)},
        "Null": {"sagemaker:InstanceTypes": "false", "sagemaker:KeepAlivePeriod": "true"},
        "Bool": {"sagemaker:NetworkIsolation": "true"},
    }
    assert steps["ForAllValues:StringEquals"] == {"sagemaker:InstanceTypes": [training.step_instance_type]}
    assert steps["Null"] == {"sagemaker:InstanceTypes": "false"}
    for step in definition(assembly)["Steps"]:
        if step["Type"] in KINDS:
            asked = step["Arguments"]["StoppingCondition"]["MaxRuntimeInSeconds"]
            limit = (jobs if step["Type"] == "Training" else steps)["NumericLessThanEquals"]
            assert asked <= int(limit["sagemaker:MaxRuntimeInSeconds"])


def test_the_registry_outlives_its_stack_where_data_does(assembly: Assembly) -> None:
    (group,) = assembly.resources("AWS::SageMaker::ModelPackageGroup").values()
    assert group["Properties"]["ModelPackageGroupName"] == assembly.settings.application_name
    kept = ("RetainExceptOnCreate", "Retain") if assembly.settings.retain_data else ("Delete", "Delete")
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == kept


def test_training_can_read_what_the_stack_tells_it(assembly: Assembly) -> None:
    settings = assembly.settings
    (parameter,) = [
        each["Properties"]
        for each in assembly.template("training")["Resources"].values()
        if each["Type"] == "AWS::SSM::Parameter"
    ]
    assert parameter["Name"] == parameter_name(settings.environment)
    platform = platform_from_json(_filled(parameter["Value"]), environment=settings.environment)
    assert (platform.job_prefix, platform.output_prefix) == (f"{settings.application_name}-", "jobs/")
    assert (platform.image_uri, platform.kms_key_arn, platform.subnets) == (IMAGE, None, ())
    assert (platform.spot, platform.max_run_seconds) == (settings.training.spot, settings.training.max_run_seconds)
    assert (platform.pipeline, platform.model_package_group) == (settings.application_name,) * 2


def _filled(value: Any) -> str:
    """A joined text with a word in place of every reference."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "reference" for part in value["Fn::Join"][1])


def definition(assembly: Assembly) -> Json:
    body = assembly.only("AWS::SageMaker::Pipeline")["PipelineDefinition"]["PipelineDefinitionBody"]
    document: Json = json.loads(_filled(body))
    return document


def test_the_promoted_model_is_what_to_beat(assembly: Assembly) -> None:
    promoted = json.loads(MANIFEST.read_text())
    values = {each["Name"]: each.get("DefaultValue") for each in definition(assembly)["Parameters"]}
    assert values["PromotedAccuracy"] == promoted["metrics"]["accuracy"]
    assert values["PromotedLogLoss"] == promoted["metrics"]["log_loss"]
    assert values["NumRound"] == promoted["hyperparameters"]["num_round"]
    assert values["Channels"] is None


def test_the_role_may_download_the_very_program_that_the_steps_run(assembly: Assembly) -> None:
    (step,) = [step for step in definition(assembly)["Steps"] if step["Name"] == "Evaluate"]
    (code,) = [each for each in step["Arguments"]["ProcessingInputs"] if each["InputName"] == "code"]
    arn = code["S3Input"]["S3Uri"].replace("s3://", "arn:aws:s3:::")
    granted = [as_text(r) for name, s in statements(assembly) if name == STEPS for r in as_list(s["Resource"])]
    assert arn in granted


def rules(assembly: Assembly) -> dict[str, Json]:
    bucket = assembly.template("storage")["Resources"]["DataBucketE6B0FAA8"]["Properties"]
    return {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}


def test_nothing_that_a_registered_model_refers_to_expires(assembly: Assembly) -> None:
    register = next(step for step in definition(assembly)["Steps"] if step["Name"] == "IsBetter")["Arguments"]
    evaluate = next(step for step in definition(assembly)["Steps"] if step["Name"] == "Evaluate")["Arguments"]
    (output,) = evaluate["ProcessingOutputConfig"]["Outputs"]
    folder = output["S3Output"]["S3Uri"]["Std:Join"]["Values"][0]
    assert folder == "s3://reference/pipeline/evaluations"
    # Everything it refers to lies below that output.
    text = json.dumps(register["IfSteps"])
    assert "s3://" not in text
    assert text.count("Outputs['evaluation'].S3Output.S3Uri") == 3
    for rule in rules(assembly).values():
        prefix = rule.get("Prefix", "")
        touches = prefix.startswith("pipeline/evaluations/") or "pipeline/evaluations/".startswith(prefix)
        assert not touches or set(rule) == {"Id", "Status", "AbortIncompleteMultipartUpload"}, rule


def test_what_jobs_left_is_forgotten_after_a_year(assembly: Assembly) -> None:
    jobs, checks = rules(assembly)["forget-job-results"], rules(assembly)["forget-data-checks"]
    assert (jobs["Prefix"], jobs["ExpirationInDays"]) == ("jobs/", 365)
    assert (checks["Prefix"], checks["ExpirationInDays"]) == ("pipeline/checks/", 90)


def test_nothing_starts_by_itself_unless_it_is_said(assembly: Assembly) -> None:
    assert assembly.resources("AWS::Scheduler::Schedule") == {}
    assert assembly.resources("AWS::Events::Rule") == {}
    bucket = assembly.template("storage")["Resources"]["DataBucketE6B0FAA8"]["Properties"]
    assert "NotificationConfiguration" not in bucket


@pytest.fixture(scope="module")
def automatic(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The application with both triggers, in subnets of its own; the policy rules run."""
    training = TrainingSettings(
        schedule=TrainingSchedule(expression="cron(0 3 ? * MON *)", channels="channels/0f3a/"),
        on_new_data=True,
        network=TrainingNetwork(subnets=("subnet-0123abcd",), security_groups=("sg-0123abcd",)),
        kms_key_arn="arn:aws:kms:us-east-1:111111111111:key/0f3a1b2c-0000-4000-8000-000000000000",
    )
    settings: Settings = replace(ENVIRONMENTS["dev"], training=training, parts=Parts())
    folder: Path = tmp_path_factory.mktemp("automatic")
    app = make_app(settings, folder)
    check_policies(app, settings)
    app.synth()
    return Assembly(settings=settings, folder=folder)


def test_a_schedule_starts_this_pipeline_and_nothing_else(automatic: Assembly) -> None:
    schedule = automatic.only("AWS::Scheduler::Schedule")
    target, arn = schedule["Target"], "arn:aws:sagemaker:us-east-1:111111111111:pipeline/digits-dev"
    assert (schedule["ScheduleExpression"], target["Arn"]) == ("cron(0 3 ? * MON *)", arn)
    assert target["SageMakerPipelineParameters"] == {
        "PipelineParameterList": [{"Name": "Channels", "Value": "channels/0f3a/"}]
    }
    _starts_only(automatic, target["RoleArn"]["Fn::GetAtt"][0], "scheduler.amazonaws.com", arn)


def test_published_channels_start_it_with_their_own_prefix(automatic: Assembly) -> None:
    rule = automatic.only("AWS::Events::Rule")
    (target,) = rule["Targets"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"wildcard": "channels/*/"}]}
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert target["SageMakerPipelineParameters"] == {
        "PipelineParameterList": [{"Name": "Channels", "Value": "$.detail.object.key"}]
    }
    _starts_only(automatic, target["RoleArn"]["Fn::GetAtt"][0], "events.amazonaws.com", target["Arn"])
    bucket = automatic.template("storage")["Resources"]["DataBucketE6B0FAA8"]["Properties"]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def _starts_only(assembly: Assembly, role: str, service: str, pipeline: str) -> None:
    properties = assembly.template("training")["Resources"][role]["Properties"]
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": service}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": assembly.settings.account}}
    assert allowed(assembly, role) == {"sagemaker:StartPipelineExecution": [pipeline]}


def test_rights_on_subnets_and_key_come_with_them_only(automatic: Assembly, assembly: Assembly) -> None:
    rights = allowed(automatic, JOBS)
    ec2 = "arn:aws:ec2:us-east-1:111111111111"
    assert rights["ec2:CreateNetworkInterface"] == [
        f"{ec2}:network-interface/*", f"{ec2}:security-group/sg-0123abcd", f"{ec2}:subnet/subnet-0123abcd",
    ]  # fmt: skip
    assert rights["kms:Decrypt"] == [automatic.settings.training.kms_key_arn]
    assert conditions(automatic, JOBS, "kms:CreateGrant") == [{"Bool": {"kms:GrantIsForAWSResource": "true"}}]
    for role in (STEPS, PIPELINE):
        assert allowed(automatic, role)["kms:Decrypt"] == rights["kms:Decrypt"]
        assert allowed(automatic, role)["kms:DescribeKey"] == rights["kms:Decrypt"]
        assert conditions(automatic, role, "kms:CreateGrant") == conditions(automatic, JOBS, "kms:CreateGrant")
    assert not [action for action in allowed(assembly, JOBS) if action.startswith(("ec2:", "kms:"))]
