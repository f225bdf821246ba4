"""The settings of the environments, and the values that are refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from stacks.api.settings import Throttle
from stacks.inference.capacity import AllAtOnce, Canary, InstanceCapacity, ServerlessCapacity, TargetTracking
from stacks.settings import (
    DEV,
    ENVIRONMENTS,
    LOCAL,
    PROD,
    require_own_account,
    settings_for,
)
from stacks.shared.concurrency import PART_OF, FunctionConcurrency
from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_target import FunctionTarget


def test_every_environment_is_known_by_its_name() -> None:
    assert list(ENVIRONMENTS)[:3] == ["local", "dev", "prod"]
    assert [settings_for(name).environment for name in ENVIRONMENTS] == list(ENVIRONMENTS)


def test_local_is_the_account_of_the_emulator() -> None:
    assert (LOCAL.account, LOCAL.region) == ("123456789012", "us-east-1")
    assert LOCAL.function_target is FunctionTarget.EMULATOR


def test_prod_keeps_data_and_logs_and_rolls_out_step_by_step() -> None:
    assert PROD.retain_data
    assert PROD.retain_logs
    assert isinstance(PROD.capacity, InstanceCapacity)
    assert PROD.capacity.count >= 2
    assert isinstance(PROD.capacity.rollout, Canary)


def test_names_are_made_of_the_environment() -> None:
    assert DEV.endpoint_name == "digits-dev"
    assert DEV.stack_name("api") == "digits-dev-api"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PROD.account = "333333333333"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"environment": "Prod"}, "environment is 'Prod'"),
        ({"environment": "a-b"}, "environment is 'a-b'"),
        ({"account": "12345"}, "account is '12345'; allowed is 12 digits"),
        ({"region": "eu-moon-1"}, "region is 'eu-moon-1'"),
        ({"log_level": "info"}, "log_level is 'info'; allowed is one of DEBUG"),
        ({"log_retention_days": 31}, "log_retention_days is 31"),
    ],
)
def test_bad_settings_are_named_with_their_value(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        dataclasses.replace(PROD, **change)
    assert sentence in str(caught.value)


def test_an_unknown_environment_is_named() -> None:
    with pytest.raises(ConfigurationError, match="DIGITS_ENVIRONMENT is 'staging'; allowed is one of local, dev, prod"):
        settings_for("staging")


@pytest.mark.parametrize("settings", [DEV, PROD])
def test_nothing_is_deployed_to_the_example_accounts(settings: Any) -> None:
    with pytest.raises(ConfigurationError, match="an example that belongs to nobody: put your own account"):
        require_own_account(settings)
    require_own_account(dataclasses.replace(settings, account="333333333333"))


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (1, 0), (10_001, 1), (1, 5_001)])
def test_throttles_stay_within_the_quota(rate: int, burst: int) -> None:
    with pytest.raises(ConfigurationError, match=f"throttle is {rate} a second"):
        Throttle(requests_per_second=rate, burst=burst)


@pytest.mark.parametrize("memory_mb", [0, 512, 1025, 7168])
def test_serverless_memory_is_what_sagemaker_offers(memory_mb: int) -> None:
    with pytest.raises(ConfigurationError, match=f"memory_mb is {memory_mb}; SageMaker allows 1024, 2048"):
        ServerlessCapacity(memory_mb=memory_mb, max_concurrency=1)


@pytest.mark.parametrize("max_concurrency", [0, 201])
def test_serverless_concurrency_has_bounds(max_concurrency: int) -> None:
    with pytest.raises(ConfigurationError, match="allowed is 1 to 200"):
        ServerlessCapacity(memory_mb=1024, max_concurrency=max_concurrency)


def test_serverless_has_no_field_for_what_it_cannot_have() -> None:
    fields = {field.name for field in dataclasses.fields(ServerlessCapacity)}
    assert fields == {"memory_mb", "max_concurrency", "provisioned_concurrency"}


@pytest.mark.parametrize("ready", [0, 6])
def test_no_more_is_kept_ready_than_can_be_served(ready: int) -> None:
    with pytest.raises(
        ConfigurationError, match=f"provisioned_concurrency is {ready}; allowed is 1 to 5, which is max"
    ):
        ServerlessCapacity(memory_mb=1024, max_concurrency=5, provisioned_concurrency=ready)
    assert ServerlessCapacity(memory_mb=1024, max_concurrency=5, provisioned_concurrency=5).provisioned_concurrency == 5


@pytest.mark.parametrize("name", ["download_seconds", "startup_seconds"])
@pytest.mark.parametrize("seconds", [59, 3601])
def test_an_instance_starts_within_what_sagemaker_waits_for(name: str, seconds: int) -> None:
    with pytest.raises(ConfigurationError, match=f"instance {name} is {seconds}; allowed is 60 to 3600"):
        InstanceCapacity(instance_type="ml.m5.large", count=1, **{name: seconds})  # type: ignore[arg-type]


TRACKING = TargetTracking(maximum=4, invocations_per_minute=100)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"maximum": 1}, "scaling maximum is 1; allowed is 2 to 100"),
        ({"invocations_per_minute": 0}, "scaling invocations_per_minute is 0"),
        ({"scale_in_seconds": -1}, "scaling scale_in_seconds is -1"),
        ({"scale_out_seconds": 3601}, "scaling scale_out_seconds is 3601"),
    ],
)
def test_scaling_has_bounds(change: dict[str, int], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        dataclasses.replace(TRACKING, **change)


@pytest.mark.parametrize(
    ("instance_type", "count", "sentence"),
    [
        ("ml.t2.medium", 1, "'ml.t2.medium' with scaling; SageMaker does not scale burstable types"),
        ("ml.t3.large", 1, "SageMaker does not scale burstable types"),
        ("ml.m5.large", 4, "scaling maximum is 4 with an instance count of 4; allowed is more than the count"),
    ],
)
def test_what_cannot_be_scaled(instance_type: str, count: int, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        InstanceCapacity(instance_type=instance_type, count=count, scaling=TRACKING)


def test_prod_scales_to_what_both_apis_let_through() -> None:
    assert isinstance(PROD.capacity, InstanceCapacity)
    assert PROD.capacity.scaling is not None
    in_a_minute = PROD.capacity.maximum * PROD.capacity.scaling.invocations_per_minute
    assert in_a_minute == 2 * 60 * PROD.throttle.requests_per_second


@pytest.mark.parametrize("instance_type", ["m5.large", "ml.m5", "ml.M5.large", "", "ml.m5.large "])
def test_instance_types_look_like_sagemakers(instance_type: str) -> None:
    with pytest.raises(ConfigurationError, match=r"'ml\.m5\.large' is needed"):
        InstanceCapacity(instance_type=instance_type, count=1)


@pytest.mark.parametrize("instance_type", ["ml.m6g.large", "ml.c7g.xlarge", "ml.r8g.large", "ml.m6gd.large"])
def test_graviton_has_no_image(instance_type: str) -> None:
    with pytest.raises(ConfigurationError, match="the built-in XGBoost image is x86 only"):
        InstanceCapacity(instance_type=instance_type, count=1)


@pytest.mark.parametrize("instance_type", ["ml.m5.large", "ml.c6i.xlarge", "ml.g5.xlarge", "ml.t2.medium"])
def test_x86_types_are_taken(instance_type: str) -> None:
    assert InstanceCapacity(instance_type=instance_type, count=1).rollout == AllAtOnce()


def test_a_canary_needs_two_instances() -> None:
    with pytest.raises(ConfigurationError, match="instance count is 1 with a canary rollout"):
        InstanceCapacity(instance_type="ml.m5.large", count=1, rollout=Canary())


@pytest.mark.parametrize(
    "change",
    [{"percent": 51}, {"percent": 0}, {"wait_seconds": 3601}, {"bake_seconds": -1}, {"latency_milliseconds": 0}],
)
def test_a_canary_has_bounds(change: dict[str, int]) -> None:
    (name,) = change
    with pytest.raises(ConfigurationError, match=f"canary {name} is {change[name]}; allowed is"):
        Canary(**change)


def test_a_rollout_is_given_up_after_its_waits_only() -> None:
    longest = Canary(wait_seconds=3600, bake_seconds=3600)
    assert longest.wait_seconds + longest.bake_seconds < longest.execution_seconds <= 28_800
    assert Canary(wait_seconds=0, bake_seconds=0).execution_seconds >= 600


WITHOUT_STREAM = dataclasses.replace(PROD.parts, stream=False)
SHARES = FunctionConcurrency(budget=60, prediction=20, uploads=10, upload_worker=5, stream_consumer=20)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"uploads": 0}, "concurrency uploads is 0; allowed is 1 or more"),
        ({"budget": 55}, r"concurrency budget is 55, but the shares are 56 together \(prediction 20, uploads 10, "),
    ],
)
def test_the_shares_of_functions_stay_within_the_budget(change: dict[str, int], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        dataclasses.replace(SHARES, **change)
    with pytest.raises(ConfigurationError, match="function 'other' has no share of the concurrency"):
        SHARES.share("other")


def test_a_share_is_enough_for_what_feeds_the_function() -> None:
    few = dataclasses.replace(SHARES, upload_worker=4)
    with pytest.raises(ConfigurationError, match="concurrency upload_worker is 4; allowed is 5, the concurrency of up"):
        dataclasses.replace(PROD, concurrency=few)
    few = dataclasses.replace(SHARES, stream_consumer=3)
    with pytest.raises(ConfigurationError, match="concurrency stream_consumer is 3; allowed is 4, the batches that"):
        dataclasses.replace(PROD, concurrency=few)
    dataclasses.replace(PROD, concurrency=few, parts=WITHOUT_STREAM)


def test_what_is_reserved_is_that_of_the_deployed_functions() -> None:
    assert [settings.reserved_concurrency for settings in (LOCAL, DEV)] == [0, 0]
    assert dataclasses.replace(PROD, concurrency=SHARES).reserved_concurrency == 56
    assert dataclasses.replace(PROD, concurrency=SHARES, parts=WITHOUT_STREAM).reserved_concurrency == 36
    # A usual account has 1,000, of which 100 cannot be reserved.
    assert 0 < PROD.reserved_concurrency <= 900


def test_every_function_has_a_share() -> None:
    folders = {path.parent.name for path in SOURCES.glob("*/handler.py")}
    assert folders == set(PART_OF)
