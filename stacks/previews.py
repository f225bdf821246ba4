"""Previews: environments for a while, with settings made from those of another one and a name of their own.

A preview is named `pr` and a number, as a pull request has it, so that its name alone tells what it is. It keeps
nothing, and changes nothing that the account has one of.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.settings import Settings

NAME_RULE = "'pr' and the number of a pull request, such as pr12"
_NAME = re.compile(r"pr[1-9][0-9]{0,5}")


def is_preview(environment: str) -> bool:
    """Whether an environment of this name is a preview."""
    return _NAME.fullmatch(environment) is not None


def preview_of(settings: Settings, name: str) -> Settings:
    """The settings of a preview.

    Parameters
    ----------
    settings
        Those of the environment that it is made from, in the same account and region.
    name
        Its name, of the form in `NAME_RULE`.
    """
    return replace(
        settings,
        environment=name,
        # All of it goes with one command.
        retain_data=False,
        retain_logs=False,
        # An account has one such role for all environments; that of the first stays when the preview goes.
        owns_api_gateway_account=False,
        training=replace(settings.training, schedule=None, on_new_data=False),
        # No workflow deploys it.
        github=None,
    )
