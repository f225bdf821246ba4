"""How a program ends on Ctrl-C: with a word instead of a traceback, by the signal as before."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType


def end_with_a_word() -> None:
    """Have a Ctrl-C that nothing handles end this process so; every other exception is shown as ever."""
    sys.excepthook = _show_unhandled


def _show_unhandled(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        # Ctrl-C ends child processes, too: what libraries say of theirs at the exit, such as jsii, is no news.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  until the process ends
    else:
        sys.__excepthook__(kind, problem, trace)
