"""What a stranger may have written, made safe to show: on one line, without control characters, markup or mentions."""

from __future__ import annotations

import re

CUT = " ... "

_LINK = re.compile(r"://|\bwww\.|\bGH-", re.IGNORECASE)
"""What GitHub makes a link of, and tells the other end of: https://github.github.com/gfm/#autolinks-extension-."""
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def masked(text: str) -> str:
    """The text without account ids (twelve digits)."""
    return _ACCOUNT.sub("<account>", text)


def shortened(text: str, most: int) -> str:
    """The text on one line, without its middle where it has more than `most` characters."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    half = (most - len(CUT)) // 2
    return f"{line[:half]}{CUT}{line[-half:]}"


def code(text: str) -> str:
    """A text as a code span of Markdown, whatever it contains."""
    text = " ".join(text.split()) or " "
    fence = "`" * (longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def cell(text: str) -> str:
    """A text as a code span within a table."""
    return code(text).replace("|", "\\|")


def plain(text: str) -> str:
    """A text outside code in which nothing is markup, a mention or a link; without account ids."""
    safe = masked(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")
    unlinked = _LINK.sub(lambda found: f"{found[0][:-1]}\u200b{found[0][-1]}", " ".join(safe.split()))
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", unlinked)


def longest_run(text: str) -> int:
    """How many backticks stand side by side at most."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
