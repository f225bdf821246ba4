"""The small pure pieces of `tools/`."""

from __future__ import annotations

import numpy as np

from tools.local import parse_exports
from tools.pixels import braille, shades


def test_a_dot_is_set_where_the_image_is_dark() -> None:
    image = np.zeros((4, 4), dtype=np.uint8)
    image[0, 0] = image[3, 3] = 255
    assert braille(image) == ["\u2801\u2880"]


def test_a_digit_is_seven_lines_of_fourteen_characters() -> None:
    lines = braille(np.full((28, 28), 255, dtype=np.uint8))
    assert lines == ["\u28ff" * 14] * 7


def test_without_unicode_a_digit_is_drawn_in_shades() -> None:
    image = np.zeros((8, 4), dtype=np.uint8)
    image[:4, :2] = image[4, 2] = 255
    assert shades(image) == ["% ", " ."]


def test_exports_are_read_as_a_shell_reads_them() -> None:
    text = (
        "# a comment\nexport AWS_REGION=us-east-1\nexport AWS_ENDPOINT_URL='http://localhost:4566'\nunset AWS_PROFILE\n"
    )
    assert parse_exports(text) == {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://localhost:4566"}
