"""Which repository on GitHub may deploy an environment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError

_REPOSITORY = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}(?:@[0-9]+/[A-Za-z0-9._-]{1,100}@[0-9]+|/[A-Za-z0-9._-]{1,100})"
"""Names of owners and of repositories, as GitHub allows them, both with their ids or both without."""


@dataclass(frozen=True, kw_only=True)
class GitHubSettings:
    """A repository whose workflows deploy.

    Attributes
    ----------
    repository
        The repository as the subject of its tokens has it, compared letter by letter: `OWNER@ID/NAME@ID` with the
        numbers that GitHub gave both, or `OWNER/NAME` for a repository that is older than July 2026.
    provider_exists
        Whether the account has the identity provider of GitHub already. It has one for all repositories and
        environments, so the second environment in an account says True.
    """

    repository: str
    provider_exists: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(_REPOSITORY, self.repository):
            msg = (
                f"github repository is {self.repository!r}; allowed is OWNER@ID/NAME@ID or OWNER/NAME, as the subject "
                "of its tokens has it: correct it in stacks/settings.py"
            )
            raise ConfigurationError(msg)
