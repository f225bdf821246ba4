"""Command lines of programs that have few options or none: `--help` is answered, anything unknown is refused."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def parser_of(program: str, documentation: str | None) -> argparse.ArgumentParser:
    """A parser for a program.

    Parameters
    ----------
    program
        Name of its module, such as `tools.demo`.
    documentation
        Docstring of the module; its first paragraph is shown.
    """
    summary = (documentation or "").partition("\n\n")[0]
    return argparse.ArgumentParser(prog=f"python -m {program}", description=" ".join(summary.split()))


def take_no_options(program: str, documentation: str | None, arguments: Sequence[str] | None = None) -> None:
    """Answer `--help` and refuse any argument, for a program that takes none; see `parser_of`."""
    parser_of(program, documentation).parse_args(arguments)
