"""What a host prints: log lines in the container's format on standard error, its other lines on standard output.

CloudWatch shows a tab as `#011`, and the regular expressions by which SageMaker finds the metrics of this algorithm
look for that; so the tab is written like this at once.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

_FORMAT = "[%(asctime)s:%(levelname)s] %(message)s"
_DATE_FORMAT = "%Y-%m-%d:%H:%M:%S"
_CONTROL_CHARACTERS = {code: f"#{code:03o}" for code in range(32) if chr(code) not in "\n\r"}


class Output:
    """Where a host's lines go.

    Parameters
    ----------
    shown
        Turns a text with paths of this machine into one with the container's.
    """

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown

    def text(self, text: str) -> str:
        """A text as CloudWatch shows it."""
        return self._shown(text).translate(_CONTROL_CHARACTERS)

    def print_line(self, text: str) -> None:
        """Print a line on standard output."""
        self._write(text.strip(), sys.stdout)

    def _write(self, text: str, stream: TextIO) -> None:
        stream.write(self.text(text) + "\n")
        stream.flush()

    def install(self) -> None:
        """Send every log record and warning of this process here."""
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Formatter(self.text))
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        warnings.showwarning = self._show_warning

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG002 - the form of `warnings.showwarning`
        line: str | None = None,  # noqa: ARG002
    ) -> None:
        """The name of the program alone, without its line: where it lies is this machine's affair."""
        text = warnings.formatwarning(message, category, Path(filename).name, lineno, line="")
        self._write(text.rstrip("\n"), sys.stderr)


class _Formatter(logging.Formatter):
    def __init__(self, shown: Callable[[str], str]) -> None:
        super().__init__(_FORMAT, _DATE_FORMAT)
        self._shown = shown

    def format(self, record: logging.LogRecord) -> str:
        return self._shown(super().format(record))
