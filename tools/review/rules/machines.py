"""Machine types such as `ml.m5.large` compared: which is larger, which is dearer, whether programs start on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tools.review.change import Change, Rule, Verdict, cost, harmless, interruption, worst

_TYPE = re.compile(
    r"(?:(?:ml|db|cache)\.)?(?P<family>[a-z]+)(?P<generation>\d+)(?P<options>[a-z0-9-]*)\.(?P<size>[a-z0-9-]+)"
)
_SIZES = {"nano": 0.125, "micro": 0.25, "small": 0.5, "medium": 1.0, "large": 2.0, "xlarge": 4.0}
_METAL = 96.0
_GRAVITON_FAMILIES = frozenset({"a1"})
_ACCELERATED = frozenset({"p", "g", "inf", "trn", "dl", "vt", "f"})

# Dollars of an hour for each virtual processor, on demand, rounded: for the order only, never for a price that is told.
# https://aws.amazon.com/ec2/pricing/on-demand/
_FOR_EACH_PROCESSOR = {
    "t": 0.042,
    "a": 0.0255,
    "m": 0.048,
    "c": 0.0435,
    "r": 0.063,
    "i": 0.08,
    "d": 0.08,
    "h": 0.06,
    "z": 0.093,
    "x": 0.105,
    "u": 0.12,
    "inf": 0.12,
    "trn": 0.168,
    "g": 0.2,
    "f": 0.2,
    "vt": 0.05,
    "dl": 0.137,
    "p": 0.4,
}
_NOTICEABLE = 1.05


@dataclass(frozen=True)
class Machine:
    """What a machine type says of itself.

    Attributes
    ----------
    family
        Letters before the generation, such as `m` or `inf`.
    size
        In virtual processors, roughly: 2 for `large`.
    graviton
        Whether its processor is ARM.
    """

    family: str
    size: float
    graviton: bool

    @property
    def accelerated(self) -> bool:
        """Whether it has a GPU or another accelerator."""
        return self.family in _ACCELERATED

    @property
    def price(self) -> float:
        """Something that grows with the price."""
        return self.size * _FOR_EACH_PROCESSOR.get(self.family, 0.05)


def parse_machine(value: Any) -> Machine | None:
    """Read a machine type; None when it is not one that is written out."""
    match = _TYPE.fullmatch(value) if isinstance(value, str) else None
    size = _size(match["size"]) if match else None
    if match is None or size is None:
        return None
    family, generation, options = match["family"], match["generation"], match["options"]
    graviton = f"{family}{generation}" in _GRAVITON_FAMILIES or options.startswith("g") or options.endswith("g")
    return Machine(family, size, graviton and family not in {"p", "inf", "trn"})


def machine_rule(*, down: Verdict, restarts: Verdict | None = None) -> Rule:
    """For a property that is one machine type.

    Parameters
    ----------
    down
        What is said of a machine that is smaller than before, or has no accelerator any more.
    restarts
        What any change does besides, where the machine is stopped for it.
    """

    def rule(change: Change) -> Verdict:
        verdict = compare_machines(change.before, change.after, down=down)
        return worst(verdict, restarts) if restarts else verdict

    return rule


def compare_machines(before: Any, after: Any, *, down: Verdict) -> Verdict:
    """Say what it means that one machine type takes the place of another; the worse where that is unknown."""
    old, new = parse_machine(before), parse_machine(after)
    if old is None or new is None:
        return worst(down, cost("another machine type, whose price is unknown here"))
    if old.graviton != new.graviton:
        return interruption(
            f"{after} has another processor architecture than {before}: what is built for one fails on it"
        )
    if new.size < old.size or (old.accelerated and not new.accelerated):
        return down
    if new.price > old.price * _NOTICEABLE:
        return cost(f"{after} costs about {new.price / old.price:.1f} times as much for each hour as {before}")
    return harmless(f"{after} is as large as {before} and costs no more")


def _size(word: str) -> float | None:
    if word in _SIZES:
        return _SIZES[word]
    if word.startswith("metal"):
        number = re.search(r"(\d+)xl", word)
        return 4.0 * int(number[1]) if number else _METAL
    match = re.fullmatch(r"(\d+)xlarge", word)
    return 4.0 * int(match[1]) if match else None
