"""Poll something on AWS until it has ended: one loop, one patience with a busy service, for all that is followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from training.common.errors import BusyError

BUSY_AT_MOST = 10
"""Failed attempts in a row after which polling ends: several minutes."""
_BUSY_UNREPORTED = 1
"""A single failed attempt is not worth a line."""
_LONGEST_PAUSE = 30.0

_State = TypeVar("_State")


def poll(
    describe: Callable[[], _State],
    *,
    until: Callable[[_State], bool],
    sleep: Callable[[float], None],
    pause: float,
    on_change: Callable[[_State], None] = lambda _state: None,
    on_busy: Callable[[str], None] = lambda _reason: None,
    resume: str,
) -> _State:
    """Ask for the state again and again until it is final; returns that.

    Parameters
    ----------
    describe
        asks for the state; may raise `BusyError` now and then
    until
        whether a state is final
    sleep
        waits so many seconds
    pause
        seconds between two attempts; after a failed one twice as many, doubled with each, at most 30
    on_change
        called with each state that differs from the one before
    on_busy
        called with the reason when a second attempt in a row failed
    resume
        ends the error, such as "the job continues; follow it again with: ..."

    Raises
    ------
    BusyError
        when `BUSY_AT_MOST` attempts in a row have failed
    """
    states: list[_State] = []
    busy = 0
    while True:
        try:
            state = describe()
        except BusyError as problem:
            busy += 1
            if busy > BUSY_AT_MOST:
                raise BusyError(f"{problem}; {resume}") from None
            if busy == _BUSY_UNREPORTED + 1:
                on_busy(str(problem))
            sleep(min(pause * 2**busy, _LONGEST_PAUSE))
            continue
        busy = 0
        if states != [state]:
            on_change(state)
        states = [state]
        if until(state):
            return state
        sleep(pause)
