"""Play a story: within its time, cleaned up after whatever happens, and with a result that says how it ended."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from stacks.settings import Settings
from tools.accept.stage import Stage
from tools.accept.story import Differs, Interrupted, NotRun, Outcome, Result, Story, TimeIsUp
from tools.deployment import Deployment, stack_outputs


def require_parts(deployment: Deployment, story: Story) -> None:
    """See that what a story needs is deployed.

    Raises
    ------
    NotRun
        If a part is not.
    """
    missing = [part for part in story.needs if not stack_outputs(deployment, part)]
    if missing:
        msg = f"not deployed: {', '.join(missing)}"
        raise NotRun(msg)


def play(
    story: Story, deployment: Deployment, settings: Settings, say: Callable[[str], None] = lambda _: None
) -> Result:
    """Play one story and clean up after it.

    Parameters
    ----------
    story
        The story.
    deployment, settings
        Where it plays.
    say
        Called with the current step.

    Returns
    -------
    Result
        `not run` if a part that it needs is off. An error of AWS is something that differs, in its own words.

    Raises
    ------
    Interrupted
        If somebody stops it.
    """
    started, stage, interrupted = time.monotonic(), Stage(deployment, settings, say), False
    result = Result(story=story, outcome=Outcome.HELD)
    try:
        with _time_limit(story):
            require_parts(deployment, story)
            story.play(stage)
    except KeyboardInterrupt:
        interrupted, result = True, Result(story=story, outcome=Outcome.NOT_RUN, reason="interrupted")
    except NotRun as reason:
        result = Result(story=story, outcome=Outcome.NOT_RUN, reason=str(reason))
    except Differs as difference:
        result = _differs(story, difference.expected, difference.seen)
    except TimeIsUp:
        result = _differs(story, f"it ends within {story.seconds:g} s", "it still ran")
    except Exception as error:  # noqa: BLE001 - whatever it is, the other stories are played, and the report is written
        result = _differs(story, story.sentence, f"{type(error).__name__}: {error}")
    finally:
        say("cleaning up")
        stage.close()
    result = replace(result, seconds=time.monotonic() - started, left=tuple(stage.left))
    if interrupted:
        raise Interrupted(result)
    return result


def _differs(story: Story, expected: str, seen: str) -> Result:
    return Result(story=story, outcome=Outcome.DIFFERS, expected=expected, seen=seen)


@contextmanager
def _time_limit(story: Story) -> Iterator[None]:
    """Interrupt the story where it is when its time is over; cleaning up is not limited."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUp(story.slug)

    began = time.monotonic()
    before_handler = signal.signal(signal.SIGALRM, ring)
    before, interval = signal.setitimer(signal.ITIMER_REAL, story.seconds)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before_handler)
        # Whoever watched the time before goes on watching it.
        left = max(before - (time.monotonic() - began), 0.001) if before else 0.0
        signal.setitimer(signal.ITIMER_REAL, left, interval)
