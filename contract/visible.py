"""Escape untrusted text, so that a terminal shows control characters instead of executing them."""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters except tab and line feed, marks of the direction of writing, halves of surrogate pairs."""


def visible(text: str) -> str:
    r"""The text with an escape such as `\u001b` for what a terminal or a browser would obey instead of showing it."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
