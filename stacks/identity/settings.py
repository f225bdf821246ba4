"""The users of an environment: who may create an account, and where the web page is served from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError

_ORIGIN = r"https?://[a-z0-9.-]+(:(\d{1,5}|\*))?"


@dataclass(frozen=True, kw_only=True)
class PeopleSettings:
    """The users of one environment.

    Attributes
    ----------
    self_sign_up
        Whether users may sign up by themselves. Without it an administrator creates accounts.
    further_origins
        Origins of the web page beside the deployed site, such as `https://digits.example.com`; `*` is any port.
    """

    self_sign_up: bool = False
    further_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for origin in self.further_origins:
            if not re.fullmatch(_ORIGIN, origin):
                msg = (
                    f"further_origins has {origin!r}; allowed is an origin such as https://digits.example.com, without "
                    "a path: correct it in stacks/settings.py"
                )
                raise ConfigurationError(msg)
