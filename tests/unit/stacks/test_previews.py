"""Previews: settings made from those of `dev`, and names that are theirs alone."""

from __future__ import annotations

import dataclasses

import pytest

from stacks.previews import is_preview, preview_of
from stacks.settings import DEV, ENVIRONMENTS, require_own_account, settings_for
from stacks.shared.errors import ConfigurationError
from stacks.training.settings import TrainingSchedule

NAME = "pr12"


def test_a_preview_is_dev_under_a_name_of_its_own_that_keeps_nothing() -> None:
    made = settings_for(NAME)
    changed = {
        field.name for field in dataclasses.fields(made) if getattr(made, field.name) != getattr(DEV, field.name)
    }
    assert changed == {"environment", "retain_data", "owns_api_gateway_account"}
    assert not made.retain_data
    assert not made.retain_logs
    assert made.stack_name("api") == "digits-pr12-api"
    assert made.endpoint_name == "digits-pr12"


def test_nothing_starts_by_itself_in_a_preview_and_no_workflow_deploys_it() -> None:
    parts = dataclasses.replace(DEV.parts, pipeline=True)
    training = dataclasses.replace(
        DEV.training, on_new_data=True, schedule=TrainingSchedule(expression="rate(7 days)", channels="channels/x/")
    )
    made = preview_of(dataclasses.replace(DEV, parts=parts, training=training), NAME)
    assert not made.training.starts_by_itself
    assert made.github is None


@pytest.mark.parametrize("name", ["pr", "pr0", "pr012", "pr1234567", "PR12", "pr-12", "pr12x", "xpr12", "dev"])
def test_other_names_are_no_previews(name: str) -> None:
    assert not is_preview(name)
    if name not in ENVIRONMENTS:
        with pytest.raises(ConfigurationError, match="or of a preview: 'pr' and the number of a pull request"):
            settings_for(name)


def test_the_account_of_a_preview_is_put_into_dev() -> None:
    with pytest.raises(ConfigurationError, match=r"account of pr12 is 1{12}, .* region into DEV in"):
        require_own_account(settings_for(NAME))
