"""A probability is written in one way, and never as certain when it is not."""

from __future__ import annotations

import pytest

from training.common.certainty import certainty


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100 %"), (0.9999, "> 99 %"), (0.995, "> 99 %"), (0.9949, "99 %"), (0.5, "50 %"), (0.0051, "1 %"),
     (2.3e-05, "< 1 %"), (0.0, "0 %")],
)  # fmt: skip
def test_text_of_a_share(share: float, text: str) -> None:
    assert certainty(share) == text
