"""What a story is, and how one ends: it held, something differed from what was expected, or it was not run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.accept.stage import Stage

SHOWN_CHARACTERS = 600
"""Of what was seen: the rest of a long answer explains nothing, and makes a table unreadable."""


class Differs(Exception):  # noqa: N818 - no error of the program
    """Something was not as expected; the story ends with it.

    Parameters
    ----------
    expected
        What must be true.
    seen
        What was found instead.
    """

    def __init__(self, expected: object, seen: object) -> None:
        self.expected, self.seen = _shown(expected), _shown(seen)
        super().__init__(f"expected {self.expected}; seen {self.seen}")


class NotRun(Exception):  # noqa: N818 - no error of the program
    """A story has nothing to show in this environment; the text is the reason."""


class Interrupted(Exception):  # noqa: N818 - no error of the program
    """Somebody has stopped the run in the middle of a story, which was cleaned up.

    Parameters
    ----------
    result
        Of the story: it was not run, and `left` tells what could not be cleaned up.
    """

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__(result.reason)


class TimeIsUp(BaseException):
    """A story has not ended within its time. No library may take it for an error that it can handle."""


class Outcome(Enum):
    """How a story ended."""

    HELD = "held"
    DIFFERS = "differs"
    NOT_RUN = "not run"


@dataclass(frozen=True, kw_only=True)
class Story:
    """Something that must be true of what is deployed.

    Attributes
    ----------
    slug
        Its name, for `--story`.
    sentence
        What must be true, in one sentence.
    needs
        The parts of the application that have to be deployed, as their stacks are called.
    seconds
        Its time limit in seconds, which allows for the slowest that AWS is known to be.
    usd
        What it costs on AWS at most, in US dollars, as list prices of us-east-1 are.
    changes
        What it makes or changes for as long as it runs, said before it begins; empty if it only reads and calls.
    disturbs
        Whether requests of others may fail or be answered otherwise meanwhile. In `prod` such a story is played only
        when it is named.
    play
        Plays it; raises `Differs` or `NotRun`.
    """

    slug: str
    sentence: str
    needs: tuple[str, ...]
    seconds: float
    play: Callable[[Stage], None]
    usd: float = 0.0
    changes: str = ""
    disturbs: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one story ended.

    Attributes
    ----------
    story
        The story.
    outcome
        How it ended.
    seconds
        How long it took, its cleaning up included.
    expected, seen
        Where it differs: what was expected, and what was seen.
    reason
        Where it was not run: why.
    left
        What could not be cleaned up, a sentence each.
    """

    story: Story
    outcome: Outcome
    seconds: float = 0.0
    expected: str = ""
    seen: str = ""
    reason: str = ""
    left: tuple[str, ...] = ()


def expect(expected: object, seen: object, what: str = "") -> None:
    """Compare, and end the story where the two differ.

    Parameters
    ----------
    expected, seen
        Values of any type that `==` compares.
    what
        What was looked at, such as "the status of GET /model".

    Raises
    ------
    Differs
        If they are not equal.
    """
    if expected != seen:
        before = f"{what}: " if what else ""
        raise Differs(f"{before}{expected}", seen)


def _shown(value: object) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
