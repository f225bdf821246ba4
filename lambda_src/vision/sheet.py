"""What is read from one picture: its size and its digits, as bytes and numbers. Knows no imaging library."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contract.calibration import Calibration

Box = tuple[int, int, int, int]
"""Left, top, width and height, in pixels."""


@dataclass(frozen=True, kw_only=True)
class DigitImage:
    """One digit.

    Attributes
    ----------
    pixels
        784 bytes, row-major, 0 is background, 255 full ink: as MNIST's.
    box
        Where its ink is on the upright original.
    probabilities
        Of the digits 0 to 9; they sum to 1.
    """

    pixels: bytes
    box: Box
    probabilities: tuple[float, ...]

    @property
    def digit(self) -> int:
        """The likeliest; between equals the smaller one."""
        return self.probabilities.index(max(self.probabilities))

    @property
    def probability(self) -> float:
        """That of the likeliest."""
        return max(self.probabilities)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One picture.

    Attributes
    ----------
    width, height
        The upright original, in pixels.
    digits
        In reading order, at least one.
    turned
        Degrees, clockwise, by which the picture was turned to be read: 0, 90, 180 or 270. Boxes, width and height are
        those of the turned picture.
    """

    width: int
    height: int
    digits: tuple[DigitImage, ...]
    turned: int = 0

    def calibrated(self, calibration: Calibration) -> Sheet:
        """Give it with honest probabilities: decisions are made on the model's own, answers are not."""
        digits = (replace(each, probabilities=calibration.honest(each.probabilities)) for each in self.digits)
        return replace(self, digits=tuple(digits))
