"""Which digits are sent: a part of a shuffled split, each moved a little. The same seed gives the same digits.

Pictures of MNIST's training split as they are would add nothing to it, so each is moved by up to so many pixels:
new pictures of the same digit, and the simplest way to more data that helps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contract.digit import SIDE
from training.common.errors import StreamError
from training.data.dataset import Split, require_images


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What to send.

    Parameters
    ----------
    count
        how many digits
    start
        how many of the shuffled digits to skip, to continue an earlier run
    seed
        of the shuffling and the moves
    shift
        most pixels that a picture is moved by in each direction; 0 leaves it as it is
    """

    count: int
    start: int = 0
    seed: int = 1
    shift: int = 2


def select(source: Split, selection: Selection) -> Split:
    """The digits of a selection, in the order in which they are sent.

    Raises
    ------
    StreamError
        when the source has fewer
    """
    stop = selection.start + selection.count
    if stop > len(source):
        raise StreamError(
            f"--start {selection.start} and --count {selection.count} ask for {stop} digits, but the source has"
            f" {len(source)}; send fewer, or start again with another --seed"
        )
    generator = np.random.default_rng(selection.seed)
    order = generator.permutation(len(source))
    moves = _moves(generator, len(source), selection.shift)
    chosen = order[selection.start : stop]
    images = source.images[chosen]
    if selection.shift:
        require_images("--shift")
        images = np.stack([_moved(image, *move) for image, move in zip(images, moves[chosen], strict=True)])
    return Split(images=images, labels=source.labels[chosen])


def _moves(generator: np.random.Generator, count: int, shift: int) -> npt.NDArray[np.int64]:
    """For each picture how far down and right, (count, 2), never (0, 0) unless `shift` is 0."""
    steps = np.arange(-shift, shift + 1)
    every = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    allowed = every[every.any(axis=1)] if shift else every
    return allowed[generator.integers(len(allowed), size=count)]


def _moved(image: npt.NDArray[np.uint8], down: int, right: int) -> npt.NDArray[np.uint8]:
    """The picture moved; what leaves it is lost, what comes in is paper."""
    picture = np.zeros((SIDE, SIDE), dtype=np.uint8)
    pixels = image.reshape(SIDE, SIDE)
    rows, columns = SIDE - abs(down), SIDE - abs(right)
    top, left = max(0, -down), max(0, -right)
    picture[max(0, down) : max(0, down) + rows, max(0, right) : max(0, right) + columns] = pixels[
        top : top + rows, left : left + columns
    ]
    return picture.reshape(-1)
