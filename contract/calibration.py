"""How the probabilities of a model are to be read: what `tools` measured of them on pictures, in JSON and back."""

from __future__ import annotations

from dataclasses import dataclass

from contract.json_fields import JsonFields

TEMPERATURE_LEAST, TEMPERATURE_MOST = 0.1, 10.0


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What turns scores into honest probabilities; without a measurement they are taken as they are.

    Attributes
    ----------
    temperature
        The logarithms of the probabilities are divided by it; above 1 makes the model less sure.
    unsure_below
        A digit whose probability is below this is called unsure.
    """

    temperature: float = 1.0
    unsure_below: float = 0.6


def calibration_from_fields(fields: JsonFields) -> Calibration | None:
    """The member `calibration` of a JSON object, or None when there is none."""
    inner = fields.optional_inner("calibration")
    if inner is None:
        return None
    return Calibration(
        temperature=inner.number("temperature", least=TEMPERATURE_LEAST, most=TEMPERATURE_MOST),
        unsure_below=inner.number("unsure_below", most=1),
    )
