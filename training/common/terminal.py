"""Prepares a program for the terminal that it has: whatever encoding that is of, and for Ctrl-C."""

from __future__ import annotations

import locale
import sys
from io import TextIOWrapper

from contract.interrupts import end_with_a_word


def prepare_terminal() -> None:
    """Show what a terminal of another encoding than UTF-8 can show, and a question mark for all else.

    A Ctrl-C that nothing handles ends the program with a word instead of a traceback, by the signal as before.
    """
    end_with_a_word()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = locale.getencoding() if stream.isatty() and _is_foreign() else stream.encoding
            stream.reconfigure(encoding=encoding, errors="replace")


def _is_foreign() -> bool:
    """Whether the locale names an encoding; `C` and `POSIX` name none, and Python takes UTF-8 then."""
    return locale.getencoding().upper() not in ("UTF-8", "ANSI_X3.4-1968", "US-ASCII")
