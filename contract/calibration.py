"""How the probabilities of a model are to be read: what `tools` measured of them on pictures, in JSON and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from contract.json_fields import JsonFields

TEMPERATURE_LEAST, TEMPERATURE_MOST = 0.1, 10.0
LEAST = 1e-12
"""A model that excludes a class is believed so far and no further."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What turns scores into honest probabilities; without a measurement they are taken as they are.

    Attributes
    ----------
    temperature
        The logarithms of the probabilities are divided by it; above 1 makes the model less sure.
    unsure_below
        A digit whose probability is below this is called unsure.
    unlike_above
        A digit that is further than this from those of its class (`likeness.distance`) is called unsure too; None if
        no distance is measured.
    """

    temperature: float = 1.0
    unsure_below: float = 0.6
    unlike_above: float | None = None

    def honest(self, probabilities: Sequence[float]) -> tuple[float, ...]:
        """The probabilities of the classes of one digit after temperature scaling; they sum to 1.

        Their order stays: no temperature makes another digit the likeliest. See Guo et al., "On Calibration of Modern
        Neural Networks" (2017), https://arxiv.org/abs/1706.04599.
        """
        if self.temperature == 1.0:
            return tuple(probabilities)
        scaled = [max(each, LEAST) ** (1.0 / self.temperature) for each in probabilities]
        total = sum(scaled)
        return tuple(each / total for each in scaled)

    def unsure(self, probability: float, distance: float = 0.0) -> bool:
        """Whether a digit of this probability, so far from those of its class, may well be another one, or none."""
        return probability < self.unsure_below or (self.unlike_above is not None and distance > self.unlike_above)

    def to_json(self) -> dict[str, float]:
        """The calibration as JSON values; `unlike_above` only when there is one."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def calibration_from_fields(fields: JsonFields) -> Calibration | None:
    """The member `calibration` of a JSON object, or None when there is none."""
    inner = fields.optional_inner("calibration")
    if inner is None:
        return None
    return Calibration(
        temperature=inner.number("temperature", least=TEMPERATURE_LEAST, most=TEMPERATURE_MOST),
        unsure_below=inner.number("unsure_below", most=1),
        unlike_above=inner.optional_number("unlike_above"),
    )
