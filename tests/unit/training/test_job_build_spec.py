"""What was asked for goes over what the environment offers; the rest of the job is the environment's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.training_jobs import BUCKET, KEY
from tests.support.training_platforms import platform
from training.common.errors import HyperparameterError, JobError
from training.jobs.build_spec import job_spec, published_channels, tags_from
from training.jobs.names import check_job_name, new_name
from training.jobs.options import JobOptions
from training.jobs.spec import JobSpec, OnDemand, Spot, Vpc
from training.model.hyperparameters import Hyperparameters

REPOSITORY_URI = platform().image_uri.rpartition(":")[0]
CHANNELS = published_channels(BUCKET, "0123", ("train", "validation"))


def spec_of(
    options: JobOptions | None = None, *, hyperparameters: Hyperparameters | None = None, **offered: Any
) -> JobSpec:
    return job_spec(
        options or JobOptions(), platform(**offered), name="digits-local-1", environment="local", channels=CHANNELS,
        file_format="csv", hyperparameters=hyperparameters or Hyperparameters.default(),
    )  # fmt: skip


def test_without_options_a_job_is_as_the_environment_has_it() -> None:
    spec = spec_of(network_isolation=True, encrypt_between_hosts=True, kms_key_arn=KEY)
    assert spec.role_arn.endswith("role/digits-local-training")
    assert (spec.machines.instance_type, spec.machines.instance_count, spec.machines.volume_gb) == (
        "ml.m5.xlarge",
        1,
        10,
    )
    assert spec.capacity == Spot(max_run_seconds=3600, max_wait_seconds=7200)
    assert (spec.network_isolation, spec.encrypt_between_hosts, spec.kms_key_arn) == (True, True, KEY)
    assert spec.vpc is None
    assert spec.model_uri == "s3://digits-local-bucket/jobs/digits-local-1/output/model.tar.gz"
    assert [channel.uri for channel in spec.channels] == [
        f"s3://{BUCKET}/channels/0123/train/", f"s3://{BUCKET}/channels/0123/validation/",
    ]  # fmt: skip
    assert spec.tags == (("project", "digits"), ("environment", "local"))


def test_every_option_overrides_the_environment() -> None:
    options = JobOptions(
        bucket="my-bucket", role_arn="arn:aws:iam::123456789012:role/other", image_tag="3.0-5",
        instance_type="ml.c5.xlarge", instance_count=4, volume_gb=99, max_run_seconds=60, spot=False,
        kms_key_arn=KEY, subnets=("subnet-1",), security_groups=("sg-1",), encrypt_between_hosts=True,
        network_isolation=False, tags=("team=vision",),
    )  # fmt: skip
    spec = spec_of(options, network_isolation=True)
    assert spec.output_uri == "s3://my-bucket/jobs/"
    assert (spec.role_arn, spec.image_uri) == (options.role_arn, f"{REPOSITORY_URI}:3.0-5")
    assert (spec.machines.instance_type, spec.machines.instance_count, spec.machines.volume_gb) == (
        "ml.c5.xlarge",
        4,
        99,
    )
    assert spec.capacity == OnDemand(max_run_seconds=60)
    assert (spec.network_isolation, spec.encrypt_between_hosts, spec.kms_key_arn) == (False, True, KEY)
    assert spec.vpc == Vpc(subnets=("subnet-1",), security_groups=("sg-1",))
    assert spec.tags[-1] == ("team", "vision")
    assert spec.sharded


def test_no_key_where_the_environment_has_one() -> None:
    assert spec_of(JobOptions(kms_key_arn="none"), kms_key_arn=KEY).kms_key_arn is None


def test_a_longer_run_moves_the_wait_of_the_environment() -> None:
    assert spec_of(JobOptions(max_run_seconds=10_000)).capacity == Spot(max_run_seconds=10_000, max_wait_seconds=10_000)


def test_a_wait_of_ones_own_is_not_moved() -> None:
    with pytest.raises(JobError, match="must be at least its 3600"):
        spec_of(JobOptions(max_wait_seconds=60))


@pytest.mark.parametrize(
    "options", [JobOptions(spot=False, max_wait_seconds=9), JobOptions(spot=False, checkpoint_uri="s3://b/")]
)
def test_what_is_for_spot_only(options: JobOptions) -> None:
    with pytest.raises(JobError, match="for spot capacity only"):
        spec_of(options)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("objective", "multi:softmax"),
        ("num_class", "3"),
        ("booster", "gblinear"),
        ("_kfold", "5"),
        ("csv_weights", "1"),
    ],
)
def test_a_model_that_could_not_be_served_is_refused_as_fit_does(name: str, value: str) -> None:
    with pytest.raises(HyperparameterError, match=f"hyperparameter {name}: {value} does not fit"):
        spec_of(hyperparameters=Hyperparameters.default(**{name: value}))


def test_a_metric_that_only_the_container_has_is_let_through() -> None:
    spec = spec_of(hyperparameters=Hyperparameters.default(eval_metric="accuracy"))
    assert spec.hyperparameters.metrics == ("accuracy",)


def test_a_job_without_validation() -> None:
    with pytest.raises(JobError, match="there is no channel validation"):
        job_spec(
            JobOptions(), platform(), name="digits-local-1", environment="local", channels={"train": CHANNELS["train"]},
            file_format="csv", hyperparameters=Hyperparameters.default(),
        )  # fmt: skip


def test_an_image_tag_that_is_not_known() -> None:
    with pytest.raises(JobError, match=r"the image tag '1\.7-1' is not known, known are 3\.0-5, 3\.2-0"):
        spec_of(JobOptions(image_tag="1.7-1"))


def test_tags() -> None:
    assert tags_from(["team=vision", "why=a=b"]) == (("team", "vision"), ("why", "a=b"))
    with pytest.raises(JobError, match="the tag team is not KEY=VALUE"):
        tags_from(["team"])


def test_names_tell_environment_and_time() -> None:
    now = datetime(2026, 11, 22, 21, 30, 45, tzinfo=UTC)
    name = new_name("digits-dev-", now=now, token="3f9a")
    assert name == "digits-dev-20261122-213045-3f9a"
    check_job_name(name, prefix="digits-dev-")


def test_a_name_of_another_environment() -> None:
    with pytest.raises(JobError, match="call it digits-dev-mine"):
        check_job_name("mine", prefix="digits-dev-")
    with pytest.raises(JobError, match="not valid"):
        check_job_name("digits-dev-", prefix="digits-dev-")


def test_an_offer_that_the_image_cannot_run_on() -> None:
    offered = replace(platform(), instance_type="ml.g5g.xlarge")
    with pytest.raises(JobError, match="arm64"):
        job_spec(
            JobOptions(), offered, name="digits-local-1", environment="local", channels=CHANNELS, file_format="csv",
            hyperparameters=Hyperparameters.default(),
        )  # fmt: skip
