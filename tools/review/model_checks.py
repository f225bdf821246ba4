"""Whether the card of a model can be true: its key carries the digest, and its metrics agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract.manifest import Manifest, manifest_problems, parse_manifest
from contract.metrics import Metrics
from contract.xgboost_image import END_OF_PATCH

MANIFEST_NAME = "models/current.json"

_CLOSE = 5e-4
"""Metrics of a digit may be rounded to three places."""


def card_problems(head: Mapping[str, Any] | None) -> Iterator[str]:
    """Why a card is refused, a sentence each; nothing when it is accepted.

    Parameters
    ----------
    head
        What is in `models/current.json`, parsed; None where there is no such file.
    """
    if head is None:
        yield f"{MANIFEST_NAME} is removed, so the stacks have no model to deploy"
        return
    problems = manifest_problems(head)
    yield from (_sentence(problem) for problem in problems)
    if not problems:
        yield from _contradictions(parse_manifest(head, origin=MANIFEST_NAME))


def _sentence(problem: str) -> str:
    if problem.startswith("artifact.key "):
        return f"the key of the artifact does not carry its digest: {problem}"
    return problem


def _contradictions(manifest: Manifest) -> Iterator[str]:
    """What the contract lets pass, since functions and stacks do not need it, and what cannot be true."""
    metrics, training = manifest.metrics, manifest.training
    tested = manifest.data.counts["test"]
    if metrics.count != tested:
        yield f"metrics.count is {metrics.count}, but data.counts.test says that {tested} images were scored"
    if training.best_round > training.rounds:
        yield f"training.best_round is {training.best_round}, but there were only {training.rounds} rounds"
    if manifest.framework.image_tag not in END_OF_PATCH:
        yield f"framework.image_tag is {manifest.framework.image_tag!r}; known are {', '.join(END_OF_PATCH)}"
    for label in range(len(metrics.confusion)):
        yield from _contradictions_of_class(metrics, label)


def _contradictions_of_class(metrics: Metrics, label: int) -> Iterator[str]:
    claimed, support = metrics.per_class[label], sum(metrics.confusion[label])
    predicted = sum(row[label] for row in metrics.confusion)
    right = metrics.confusion[label][label]
    where = f"metrics.per_class[{label}]"
    if claimed.support != support:
        yield f"{where}.support is {claimed.support}, but the confusion matrix has {support} images of the digit"
    for name, said, found in (
        ("recall", claimed.recall, _share(right, support)),
        ("precision", claimed.precision, _share(right, predicted)),
        ("f1", claimed.f1, _share(2 * right, support + predicted)),
    ):
        if abs(said - found) > _CLOSE:
            yield f"{where}.{name} is {said:g}, but the confusion matrix gives {found:.6g}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
