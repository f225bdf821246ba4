"""How models are trained: values that SageMaker would refuse are refused here, with the value in the text."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from stacks.settings import ENVIRONMENTS
from stacks.shared.errors import ConfigurationError
from stacks.training.settings import TrainingNetwork, TrainingSchedule, TrainingSettings


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"instance_type": "m5.large"}, "training instance_type is 'm5.large'"),
        ({"step_instance_type": "ml.c7g.large"}, "training step_instance_type is 'ml.c7g.large', a Graviton type"),
        ({"instance_count": 0}, "instance_count is 0; allowed is 1 to 100"),
        ({"pipeline_instance_types": ("ml.m6g.large",)}, "pipeline_instance_types is 'ml.m6g.large', a Graviton type"),
        ({"instance_count": 5}, "pipeline_instance_count_max is 4; allowed is 5 to 100"),
        ({"volume_gb": 0}, "volume_gb is 0"),
        ({"max_run_seconds": 10}, "max_run_seconds is 10; allowed is 60 to"),
        ({"max_wait_seconds": 3599}, "max_wait_seconds is 3599; allowed is 3600 to"),
        ({"minimum_improvement": -0.1}, "minimum_improvement is -0.1; allowed is 0 to 1"),
        ({"log_loss_tolerance": -1.0}, "log_loss_tolerance is -1.0"),
        ({"cache_days": 400}, "cache_days is 400"),
        ({"kms_key_arn": "alias/digits"}, "kms_key_arn is 'alias/digits'; the ARN of a key is needed"),
    ],
)
def test_bad_values_are_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        TrainingSettings(**change)


def test_without_spot_there_is_nothing_to_wait_for() -> None:
    assert TrainingSettings(spot=False, max_wait_seconds=0).max_wait_seconds == 0


@pytest.mark.parametrize(
    ("expression", "channels"),
    [("every monday", "channels/0f3a/"), ("cron(0 3 * * *)", "channels/0f3a/"), ("rate(7 days)", "channels/0f3a")],
)
def test_schedules_are_read_as_scheduler_reads_them(expression: str, channels: str) -> None:
    with pytest.raises(ConfigurationError, match="schedule"):
        TrainingSchedule(expression=expression, channels=channels)


@pytest.mark.parametrize(
    ("subnets", "groups"), [((), ("sg-0123abcd",)), (("subnet-0123abcd",), ()), (("vpc-0123abcd",), ("sg-0123abcd",))]
)
def test_a_network_is_subnets_and_groups(subnets: tuple[str, ...], groups: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="allowed is 1 to"):
        TrainingNetwork(subnets=subnets, security_groups=groups)


def test_nothing_trains_by_itself_as_it_comes() -> None:
    assert not [name for name, settings in ENVIRONMENTS.items() if settings.training.starts_by_itself]
    assert TrainingSettings(on_new_data=True).starts_by_itself


def test_every_setting_is_explained() -> None:
    for kind in (TrainingSettings, TrainingSchedule):
        told = kind.__doc__ or ""
        assert [field.name for field in fields(kind) if field.name not in told] == []
