"""The settings of the environments, and the values that are refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from stacks.inference.capacity import AllAtOnce, Canary, InstanceCapacity, ServerlessCapacity
from stacks.settings import (
    DEV,
    ENVIRONMENTS,
    LOCAL,
    PROD,
    FunctionTarget,
    Throttle,
    require_own_account,
    settings_for,
)
from stacks.shared.errors import ConfigurationError


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
    assert fields == {"memory_mb", "max_concurrency"}


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
