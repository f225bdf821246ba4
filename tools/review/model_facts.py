"""The facts of two models as a person reads them, side by side, and in which of them the new one is worse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contract.manifest import Manifest
from contract.xgboost_image import END_OF_PATCH

DIGEST_CHARACTERS = 12
PLACES = 4


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One fact of both models as a person reads it; empty where a side has none.

    Attributes
    ----------
    worse
        Whether the model of the head is worse in it.
    """

    name: str
    before: str
    after: str
    worse: bool = False

    @property
    def changed(self) -> bool:
        """Whether the models differ in it."""
        return self.before != self.after


def facts_of(old: Manifest | None, new: Manifest, *, today: date | None = None) -> Iterator[Difference]:
    """All facts of two models in the order of reading.

    Parameters
    ----------
    today
        The day for which the end of patching of the image is judged; not judged without it.
    """
    yield _fact("artifact", old, new, lambda model: model.artifact.sha256[:DIGEST_CHARACTERS])
    yield _measure("accuracy", old, new, lambda model: model.metrics.accuracy)
    yield _measure("log-loss", old, new, lambda model: model.metrics.log_loss, higher_is_better=False)
    for label in range(len(new.metrics.per_class)):
        yield _measure(f"recall of {label}", old, new, _recall_of(label))
    yield _fact("size", old, new, lambda model: f"{model.artifact.size_bytes:,} bytes")
    yield _fact("image", old, new, lambda model: image_in_words(model.framework.image_tag, today))
    yield _fact("xgboost", old, new, lambda model: model.framework.version)
    yield _fact("canonical form", old, new, lambda model: str(model.canonical_form))
    yield _fact("rounds", old, new, lambda model: f"{model.training.best_round} of {model.training.rounds}")
    yield _fact("training time", old, new, lambda model: f"{model.training.seconds:,.1f} s")
    yield _fact("made", old, new, lambda model: model.training.created_at)
    yield _fact("data", old, new, lambda model: model.data.source)
    yield from _table("images", old, new, lambda model: model.data.counts)
    yield from _table(
        "digest", old, new, lambda model: {name: at[:DIGEST_CHARACTERS] for name, at in model.data.sha256.items()}
    )
    yield from _table("hyperparameter", old, new, lambda model: model.hyperparameters)


def image_in_words(tag: str, today: date | None = None) -> str:
    """The tag of the image and until when it gets security fixes."""
    end = END_OF_PATCH.get(tag)
    if end is None:
        return f"{tag} (end of patching not known)"
    if today is not None and today > end:
        return f"{tag} (no security fixes since {end})"
    return f"{tag} (security fixes until {end})"


def _fact(
    name: str, old: Manifest | None, new: Manifest, told: Callable[[Manifest], str], *, worse: bool = False
) -> Difference:
    return Difference(name=name, before=told(old) if old else "", after=told(new), worse=worse)


def _measure(
    name: str, old: Manifest | None, new: Manifest, value: Callable[[Manifest], float], *, higher_is_better: bool = True
) -> Difference:
    worse = old is not None and value(new) != value(old) and (value(new) < value(old)) is higher_is_better
    return _fact(name, old, new, lambda model: f"{value(model):.{PLACES}f}", worse=worse)


def _recall_of(label: int) -> Callable[[Manifest], float]:
    return lambda model: model.metrics.per_class[label].recall


def _table(
    name: str, old: Manifest | None, new: Manifest, entries: Callable[[Manifest], Mapping[str, object]]
) -> Iterator[Difference]:
    before, after = entries(old) if old else {}, entries(new)
    for key in sorted({*before, *after}):
        yield Difference(name=f"{name} {key}", before=str(before.get(key, "")), after=str(after.get(key, "")))
