"""How sure a model is, in words: the one way in which pictures and the terminal write a probability, as the page does.

A whole percentage, and never 0 % or 100 % of what is not certain.
"""

from __future__ import annotations

_NEARLY = 0.995
"""From here on a whole percentage would be rounded to 100, and below the rest of it to 0."""


def certainty(share: float) -> str:
    """A probability from 0 to 1 as text, such as `97 %`, `> 99 %` or `< 1 %`."""
    if _NEARLY <= share < 1:
        return "> 99 %"
    if 0 < share <= 1 - _NEARLY:
        return "< 1 %"
    return f"{share * 100:.0f} %"
