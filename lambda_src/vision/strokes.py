"""Strokes: parts of a picture that hang together, found run by run. Pure.

A run is a stretch of ink in one line. Runs that touch, also at corners, are one stroke. Regular expressions find the
runs, so that the loops in Python walk over runs instead of pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from contract.digit import PIXEL_MAX
from gateway.problems import ProblemError
from vision.problems import TOO_MANY_DIGITS

Box = tuple[int, int, int, int]
"""Left, upper, right, lower; right and lower are outside."""

Run = tuple[int, int, int]
"""Row, first column, column behind the last."""

RUNS_MAX = 200_000
"""A sheet of a hundred digits has a tenth of these runs; noise and fine patterns have millions, and take seconds."""

_INK = re.compile(rb"\xff+")


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """Ink that hangs together, or parts of a digit that do not.

    Attributes
    ----------
    runs
        What it consists of, at least one.
    """

    runs: tuple[Run, ...]

    @cached_property
    def box(self) -> Box:
        """Box around it."""
        return (
            min(start for _, start, _ in self.runs),
            min(row for row, _, _ in self.runs),
            max(end for _, _, end in self.runs),
            max(row for row, _, _ in self.runs) + 1,
        )

    @cached_property
    def area(self) -> int:
        """Pixels of ink."""
        return sum(end - start for _, start, end in self.runs)

    @property
    def width(self) -> int:
        """Width of the box."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> int:
        """Height of the box."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> tuple[float, float]:
        """Middle of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @cached_property
    def thickness(self) -> float:
        """Width of the pen, roughly: the median run across or down is no shorter, so area over half the outline."""
        return 2 * self.area / max(1, self._outline)

    @property
    def _outline(self) -> int:
        # Both ends of each run, and what of each line is not covered by the lines above and below.
        covered = sum(_shared(spans, self.lines.get(row + 1, [])) for row, spans in self.lines.items())
        return 2 * len(self.runs) + 2 * self.area - 2 * covered

    @cached_property
    def lines(self) -> dict[int, list[tuple[int, int]]]:
        """Runs by row."""
        lines: dict[int, list[tuple[int, int]]] = {}
        for row, start, end in self.runs:
            lines.setdefault(row, []).append((start, end))
        return lines

    def joined(self, other: Stroke) -> Stroke:
        """Give both as one."""
        return Stroke(runs=self.runs + other.runs)

    def mask(self, box: Box) -> Image.Image:
        """Draw what of it is inside a box: mode `L`, 255 is ink."""
        left, upper, right, lower = box
        width, pixels = right - left, bytearray((right - left) * (lower - upper))
        for row, start, end in self.runs:
            if upper <= row < lower and start < right and end > left:
                first, last = max(start, left), min(end, right)
                at = (row - upper) * width - left
                pixels[at + first : at + last] = bytes((PIXEL_MAX,)) * (last - first)
        return Image.frombytes("L", (width, lower - upper), bytes(pixels))


def find_strokes(mask: Image.Image) -> list[Stroke]:
    """Find the strokes of a mask of mode `L` that holds 0 and 255 only, in the order of their first pixels.

    Raises
    ------
    ProblemError
        If there are more than `RUNS_MAX` runs.
    """
    width = mask.width + 1  # a column of paper on the right keeps the ends of lines apart
    padded = Image.new("L", (width, mask.height))
    padded.paste(mask)
    runs: list[Run] = []
    for match in _INK.finditer(padded.tobytes()):
        row, start = divmod(match.start(), width)
        runs.append((row, start, start + match.end() - match.start()))
        if len(runs) > RUNS_MAX:
            raise ProblemError(TOO_MANY_DIGITS, "the picture is full of small marks, like noise or a printed pattern")
    return [Stroke(runs=tuple(group)) for group in _grouped(runs)]


def _shared(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> int:
    """Count the columns in spans of both of two lines."""
    first, second = sorted(first), sorted(second)
    shared, one, other = 0, 0, 0
    while one < len(first) and other < len(second):
        shared += max(0, min(first[one][1], second[other][1]) - max(first[one][0], second[other][0]))
        if first[one][1] < second[other][1]:
            one += 1
        else:
            other += 1
    return shared


def _grouped(runs: list[Run]) -> Iterable[list[Run]]:
    parents = list(range(len(runs)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    above = 0  # the first run of the line above that may touch
    for place, (row, start, end) in enumerate(runs):
        while runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start):
            above += 1
        other = above
        while runs[other][0] == row - 1 and runs[other][1] <= end:
            first, second = root(other), root(place)
            parents[max(first, second)] = min(first, second)
            other += 1
    groups: dict[int, list[Run]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(root(place), []).append(run)
    return groups.values()
