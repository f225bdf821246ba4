"""What is printed arrives, whenever Ctrl-C comes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from tools import demo
from tools.accept import __main__ as accept
from training.commands import console as commands
from training.commands.console import say
from training.common.interrupts import WholeLines


@pytest.fixture
def terminated() -> Iterator[None]:
    """A program that ends on SIGTERM as it does on Ctrl-C."""
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, former)


@pytest.mark.parametrize("console", [commands.console, demo.console, accept.console])
def test_every_console_prints_whole_lines(console: Console) -> None:
    assert isinstance(console, WholeLines)


@pytest.mark.usefixtures("terminated")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["__enter__", "__exit__"])
def test_ctrl_c_inside_a_print_loses_no_later_line(
    moment: str, number: signal.Signals, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original, interrupts = getattr(Console, moment), iter([number])

    def with_ctrl_c(console: Console, *details: Any) -> Any:
        before = next(interrupts, None) if moment == "__exit__" else None
        if before:
            signal.raise_signal(before)
        result = original(console, *details)
        after = next(interrupts, None) if moment == "__enter__" else None
        if after:
            signal.raise_signal(after)
        return result

    monkeypatch.setattr(Console, moment, with_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        say("the line that is being printed")
    say("the job continues")
    assert capsys.readouterr().out == "the line that is being printed\nthe job continues\n"


def test_the_handler_of_ctrl_c_is_as_before() -> None:
    former = signal.getsignal(signal.SIGINT)
    say("a line")
    assert signal.getsignal(signal.SIGINT) is former
