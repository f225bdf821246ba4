"""The definition of the pipeline: what it asks SageMaker for is what `training submit` would ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stacks.training.pipeline_definition import CHOSEN_HYPERPARAMETERS, PipelineFacts
from stacks.training.pipeline_steps import pipeline_definition
from stacks.training.settings import TrainingNetwork, TrainingSettings
from training.commands.pipeline import HYPERPARAMETERS
from training.jobs.request import create_training_job_request
from training.jobs.spec import Channel, JobSpec, Machines, OnDemand, Spot, Vpc
from training.model.hyperparameters import DEFAULTS, Hyperparameters

KEY = "arn:aws:kms:us-east-1:111111111111:key/0f3a1b2c-0000-4000-8000-000000000000"
NETWORK = TrainingNetwork(subnets=("subnet-0123abcd",), security_groups=("sg-0123abcd", "sg-0123abce"))
CHANNELS = "channels/0f3a/"


def facts(settings: TrainingSettings) -> PipelineFacts:
    return PipelineFacts(
        settings=settings,
        bucket_name="data",
        role_arn="arn:aws:iam::111111111111:role/training",
        step_role_arn="arn:aws:iam::111111111111:role/steps",
        image_uri="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        image_tag="3.2-0",
        code_uri="s3://assets/code.zip",
        job_prefix="digits-dev-",
        model_package_group="digits-dev",
        accuracy=0.98,
        log_loss=0.07,
        hyperparameters={**DEFAULTS, "nthread": "2"},
    )


def steps(settings: TrainingSettings) -> dict[str, dict[str, Any]]:
    return {step["Name"]: step for step in pipeline_definition(facts(settings))["Steps"]}


def resolved(value: Any, values: dict[str, Any]) -> Any:
    """The value with parameters put in, as an execution would."""
    if isinstance(value, list):
        return [resolved(each, values) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Get"} and value["Get"].startswith("Parameters."):
        return values[value["Get"].removeprefix("Parameters.")]
    if value.keys() == {"Std:Join"}:
        inner = value["Std:Join"]
        return inner["On"].join(str(resolved(each, values)) for each in inner["Values"])
    return {name: resolved(each, values) for name, each in value.items()}


def started(settings: TrainingSettings) -> dict[str, Any]:
    """The values of the parameters of an execution that is given channels alone."""
    defaults = {p["Name"]: p.get("DefaultValue") for p in pipeline_definition(facts(settings))["Parameters"]}
    return {**defaults, "Channels": CHANNELS}


def job(settings: TrainingSettings) -> dict[str, Any]:
    """The request that `training submit` would send with the same settings."""
    seconds, known = settings.max_run_seconds, facts(settings)
    spec = JobSpec(
        name="digits-dev",
        image_uri=known.image_uri,
        role_arn=known.role_arn,
        hyperparameters=Hyperparameters.from_sagemaker(DEFAULTS),
        channels=tuple(
            Channel(name=name, uri=f"s3://data/{CHANNELS}{name}/", content_type="text/csv")
            for name in ("train", "validation")
        ),
        output_uri="s3://data/jobs/",
        machines=Machines(
            instance_type=settings.instance_type,
            instance_count=settings.instance_count,
            volume_gb=settings.volume_gb,
        ),
        capacity=Spot(max_run_seconds=seconds, max_wait_seconds=settings.max_wait_seconds)
        if settings.spot
        else OnDemand(max_run_seconds=seconds),
        network_isolation=settings.network_isolation,
        encrypt_between_hosts=settings.encrypt_between_hosts,
        kms_key_arn=settings.kms_key_arn,
        vpc=Vpc(subnets=settings.network.subnets, security_groups=settings.network.security_groups)
        if settings.network
        else None,
    )
    return create_training_job_request(spec)


SETTINGS = {
    "two machines": TrainingSettings(instance_count=2),
    "on demand": TrainingSettings(instance_count=2, spot=False),
    "guarded": TrainingSettings(
        instance_count=3, kms_key_arn=KEY, network=NETWORK, encrypt_between_hosts=True, network_isolation=False
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_training_step_asks_for_the_same_job_as_submit(name: str) -> None:
    settings = SETTINGS[name]
    assert resolved(steps(settings)["Train"]["Arguments"], started(settings)) == job(settings)


def test_on_one_machine_its_share_is_everything() -> None:
    settings = TrainingSettings()
    asked, wanted = resolved(steps(settings)["Train"]["Arguments"], started(settings)), job(settings)
    for channel in asked["InputDataConfig"]:
        assert channel["DataSource"]["S3DataSource"].pop("S3DataDistributionType") == "ShardedByS3Key"
    for channel in wanted["InputDataConfig"]:
        assert channel["DataSource"]["S3DataSource"].pop("S3DataDistributionType") == "FullyReplicated"
    assert asked == wanted


def test_a_step_runs_the_one_program_with_paths_as_arguments() -> None:
    for name, command in (("CheckData", "check-data"), ("Evaluate", "evaluate")):
        request = steps(TrainingSettings())[name]["Arguments"]
        entry = request["AppSpecification"]["ContainerEntrypoint"]
        assert entry == ["python3", "/opt/ml/processing/code/code.zip", command]
        places = {each["S3Input"]["LocalPath"] for each in request["ProcessingInputs"]}
        places |= {each["S3Output"]["LocalPath"] for each in request["ProcessingOutputConfig"]["Outputs"]}
        words = [word for word in request["AppSpecification"]["ContainerArguments"] if isinstance(word, str)]
        for word in words:
            assert not word.startswith("/") or any(word.startswith(place) for place in places), word


def test_the_test_split_is_no_channel_of_the_job() -> None:
    channels = [each["ChannelName"] for each in steps(TrainingSettings())["Train"]["Arguments"]["InputDataConfig"]]
    assert channels == ["train", "validation"]


def test_only_what_is_better_is_registered_and_waits_for_a_person() -> None:
    decision = steps(TrainingSettings())["IsBetter"]["Arguments"]
    assert [(each["Type"], each["RightValue"]["Get"]) for each in decision["Conditions"]] == [
        ("GreaterThanOrEqualTo", "Parameters.MinimumImprovement"),
        ("LessThanOrEqualTo", "Parameters.LogLossTolerance"),
    ]
    (register,), (refuse,) = decision["IfSteps"], decision["ElseSteps"]
    assert (register["Type"], refuse["Type"]) == ("RegisterModel", "Fail")
    assert register["Arguments"]["ModelApprovalStatus"] == "PendingManualApproval"
    assert set(register["Arguments"]["CustomerMetadataProperties"]) >= {"sha256", "manifest", "channels"}


def test_jobs_are_named_so_that_the_role_may_start_them() -> None:
    for name, field in (("CheckData", "Processing"), ("Train", "Training"), ("Evaluate", "Processing")):
        job_name = steps(TrainingSettings())[name]["Arguments"][f"{field}JobName"]
        assert f"{job_name}-".startswith("digits-dev-")


def test_the_promoted_model_is_what_to_beat_and_where_to_begin() -> None:
    values = started(TrainingSettings(minimum_improvement=0.002))
    assert (values["PromotedAccuracy"], values["PromotedLogLoss"]) == (0.98, 0.07)
    assert (values["MinimumImprovement"], values["NumRound"]) == (0.002, DEFAULTS["num_round"])
    hyperparameters = steps(TrainingSettings())["Train"]["Arguments"]["HyperParameters"]
    assert "nthread" not in hyperparameters  # of the machine that trained the promoted model
    assert hyperparameters["max_bin"] == DEFAULTS["max_bin"]


def test_the_command_line_knows_which_parameters_are_hyperparameters() -> None:
    assert HYPERPARAMETERS == CHOSEN_HYPERPARAMETERS


def test_nothing_is_cached_where_the_settings_say_so() -> None:
    assert steps(TrainingSettings())["Train"]["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}
    assert "CacheConfig" not in steps(replace(TrainingSettings(), cache_days=0))["Train"]


def test_whoever_starts_it_chooses_among_the_machines_of_the_settings() -> None:
    settings = TrainingSettings(pipeline_instance_types=("ml.c5.xlarge", "ml.m5.xlarge"), pipeline_instance_count_max=2)
    known = {each["Name"]: each for each in pipeline_definition(facts(settings))["Parameters"]}
    assert known["InstanceType"]["EnumValues"] == ["ml.m5.xlarge", "ml.c5.xlarge"]
    words = steps(settings)["CheckData"]["Arguments"]["AppSpecification"]["ContainerArguments"]
    assert words[words.index("--most-hosts") + 1] == "2"


def test_jobs_of_steps_have_a_role_of_their_own() -> None:
    roles = {name: step["Arguments"].get("RoleArn") for name, step in steps(TrainingSettings()).items()}
    assert roles["Train"] == facts(TrainingSettings()).role_arn
    assert roles["CheckData"] == roles["Evaluate"] == facts(TrainingSettings()).step_role_arn
