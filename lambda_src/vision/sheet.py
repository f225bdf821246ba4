"""What is read from one picture: its size and its digits, as bytes and numbers. Knows no imaging library."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contract.calibration import Calibration
from likeness.distance import distances

Box = tuple[int, int, int, int]
"""Left, top, width and height, in pixels."""


@dataclass(frozen=True, kw_only=True)
class DigitImage:
    """One digit: 784 bytes of pixels as MNIST's, where its ink is on the upright original, ten probabilities.

    `unsure` says that it may well be another digit, or none; it is known of the digits of a calibrated sheet.
    """

    pixels: bytes
    box: Box
    probabilities: tuple[float, ...]
    unsure: bool = False

    @property
    def digit(self) -> int:
        """The likeliest; between equals the smaller one."""
        return self.probabilities.index(self.probability)

    @property
    def probability(self) -> float:
        """That of the likeliest."""
        return max(self.probabilities)

    @property
    def distance(self) -> float:
        """How far its shape is from the digits of its class, see `likeness.distance`."""
        return float(distances([self.pixels], [self.digit])[0])


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One picture: width and height of the upright original, and at least one digit, in reading order.

    `turned` are the degrees, clockwise, by which it was turned to be read: 0, 90 or 270. All else is of the turned one.
    """

    width: int
    height: int
    digits: tuple[DigitImage, ...]
    turned: int = 0

    def calibrated(self, calibration: Calibration) -> Sheet:
        """Give it with honest probabilities: decisions are made on the model's own, answers are not."""
        honest = (replace(each, probabilities=calibration.honest(each.probabilities)) for each in self.digits)
        digits = (replace(each, unsure=calibration.unsure(each.probability, each.distance)) for each in honest)
        return replace(self, digits=tuple(digits))
