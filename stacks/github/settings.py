"""Which repository on GitHub may deploy an environment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError

_REPOSITORY = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}"
"""Names of owners and of repositories, as GitHub allows them."""


@dataclass(frozen=True, kw_only=True)
class GitHubSettings:
    """A repository whose workflows deploy.

    Attributes
    ----------
    repository
        `OWNER/NAME`, in the spelling of GitHub, which the condition of the roles compares letter by letter.
    provider_exists
        Whether the account has the identity provider of GitHub already. It has one for all repositories and
        environments, so the second environment in an account says True.
    """

    repository: str
    provider_exists: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(_REPOSITORY, self.repository):
            msg = f"github repository is {self.repository!r}; allowed is OWNER/NAME: correct it in stacks/settings.py"
            raise ConfigurationError(msg)
