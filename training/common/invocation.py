"""What was given on the command line and holds for the next command, too: the build folder and the environment.

Every command line that is suggested, in the output or in an error, repeats it: otherwise it would run on other data.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from training.common.paths import BuildPaths

_SUGGESTED = re.compile(r"python -m training (?P<command>[a-z][a-z-]*)\b(?! --environment)")


@dataclass
class Invocation:
    """One run of the program; the options write here what was given, before the command runs.

    Parameters
    ----------
    paths
        below the build folder
    environment
        the one that was given as an option; a variable of the shell is there for the next command, too
    with_environment
        names of the commands that have the option `--environment`
    """

    paths: BuildPaths = field(default_factory=BuildPaths)
    environment: str | None = None
    with_environment: frozenset[str] = frozenset()

    @property
    def build_option(self) -> str:
        """` --build DIR`, or nothing for the default."""
        build = self.paths.build
        return "" if build == Path("build") else f" --build {shlex.quote(str(build))}"

    def repeated(self, text: str) -> str:
        """The text, whose command lines of this program have the same build folder and environment."""

        def with_options(found: re.Match[str]) -> str:
            command = found["command"]
            named = self.environment and command in self.with_environment
            environment = f" --environment {self.environment}" if named else ""
            return f"python -m training{self.build_option} {command}{environment}"

        return _SUGGESTED.sub(with_options, text)
