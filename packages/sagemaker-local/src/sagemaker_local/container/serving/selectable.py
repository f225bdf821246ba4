"""Selectable inference: the caller of `SAGEMAKER_INFERENCE_OUTPUT` gets labels, probabilities and scores by name.

What each objective offers is the container's table; a key that an objective does not offer is answered as NaN, as
there.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from sagemaker_local.container.serving import media_types
from sagemaker_local.container.serving.record import write_label_record
from sagemaker_local.container.serving.recordio_payload import frame

_LOG = logging.getLogger(__name__)

Row: TypeAlias = Any  # numpy's scalar or vector of one prediction
Selected: TypeAlias = dict[str, Any]
Writer: TypeAlias = Callable[[Row], Any]

_REGRESSION = ("predicted_score",)
_SCORES = ("predicted_label", "labels", "raw_score", "raw_scores")
_PROBABILITIES = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores")
OFFERED_KEYS = {
    "reg:squarederror": _REGRESSION,
    "reg:logistic": _REGRESSION,
    "reg:gamma": _REGRESSION,
    "reg:absoluteerror": _REGRESSION,
    "reg:tweedie": _REGRESSION,
    "binary:logistic": _PROBABILITIES,
    "binary:logitraw": _SCORES,
    "binary:hinge": _SCORES,
    "multi:softmax": _SCORES,
    "multi:softprob": _PROBABILITIES,
}


def select(predictions: Iterable[Row], keys: Sequence[str], *, objective: str, classes: int) -> list[Selected]:
    """Select the requested keys of each prediction.

    Parameters
    ----------
    predictions
        What XGBoost predicted, a numpy scalar or vector a row.
    keys
        Requested names.
    objective
        The model's objective.
    classes
        Number of classes of a multiclass model, 0 for others.

    Returns
    -------
    list[Selected]
        One dictionary a row: what the objective offers in the table's order, then the rest as NaN in the order of
        `keys`.

    Raises
    ------
    ValueError
        If selectable inference does not know the objective.
    """
    offered = OFFERED_KEYS.get(objective)
    if offered is None:
        message = f"Objective `{objective}` unsupported for selectable inference predictions."
        raise ValueError(message)
    refused = [key for key in dict.fromkeys(keys) if key not in offered]
    if refused:
        _LOG.warning("%s cannot select %s, only %s; answering nan", objective, ", ".join(refused), ", ".join(offered))
    writers = {key: _writer(key, objective, classes) for key in offered if key in keys}
    missing = dict.fromkeys(refused, math.nan)
    return [{key: write(row) for key, write in writers.items()} | missing for row in predictions]


def _writer(key: str, objective: str, classes: int) -> Writer:
    if key == "labels":
        labels = list(range(classes)) if objective.startswith("multi:") else [0, 1]
        return lambda _row: labels
    if key == "predicted_score":
        return lambda row: row.item()
    if key == "predicted_label":
        return _LABELS[objective]
    best: Writer
    both: Writer
    best, both = (_highest, _all) if objective == "multi:softprob" else (_lone, _two_sided)
    return best if key in {"probability", "raw_score"} else both


def _lone(row: Row) -> Any:
    return row.item()


def _highest(row: Row) -> Any:
    return max(row).item()


def _all(row: Row) -> Any:
    return row.tolist()


def _two_sided(row: Row) -> list[float]:
    return [1.0 - row.item(), row.item()]


_LABELS: dict[str, Writer] = {
    "binary:hinge": _lone,
    "multi:softmax": _lone,
    "binary:logistic": lambda row: int(row > 0.5),
    "binary:logitraw": lambda row: int(row > 0),
    "multi:softprob": lambda row: np.argmax(row).item(),
}


def encode_selected(rows: list[Selected], keys: Sequence[str], media_type: str, *, batch: bool) -> bytes:
    """Write selected predictions.

    Parameters
    ----------
    rows
        What `select` gave.
    keys
        Order of the columns in CSV.
    media_type
        One of `media_types.ACCEPTED_ANSWERS`.
    batch
        Whether CSV ends with a newline.

    Raises
    ------
    ValueError
        With the container's sentence, for any other media type.
    """
    if media_type == media_types.JSON:
        return json.dumps({"predictions": rows}).encode()
    if media_type == media_types.JSON_LINES:
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    if media_type == media_types.RECORDIO:
        return _recordio(rows)
    if media_type == media_types.CSV:
        lines = [",".join(_csv_cell(row[key]) for key in keys) for row in rows]
        return ("\n".join(lines) + ("\n" if batch else "")).encode()
    message = f"Cannot encode selected predictions into accept type '{media_type}'."
    raise ValueError(message)


def _csv_cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)


def _recordio(rows: list[Selected]) -> bytes:
    """Frame a record a row. Each repeats all records before it: the container never empties its buffer."""
    framed, so_far = [], b""
    for row in rows:
        so_far += write_label_record({key: value if isinstance(value, list) else [value] for key, value in row.items()})
        framed.append(frame(so_far))
    return b"".join(framed)
