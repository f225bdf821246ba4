"""What a change of `models/current.json` means: the cards of both models side by side, and what got worse.

A card that cannot be true is refused: its key does not carry the digest of the artifact, or its metrics contradict
their own confusion matrix. Nothing here reads a file or the clock; `model_text.py` writes the result for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contract.errors import ContractError
from contract.json_text import read_json
from contract.manifest import Manifest, parse_manifest
from contract.xgboost_image import END_OF_PATCH
from tools.review.model_checks import MANIFEST_NAME, card_problems
from tools.review.model_facts import Difference, facts_of
from tools.review.model_text import model_as_markdown, model_as_text


@dataclass(frozen=True, kw_only=True)
class ModelComparison:
    """Two models.

    Attributes
    ----------
    base, head
        Their manifests; None where there is none that can be read.
    problems
        Why the card of the head is refused, a sentence each; empty when it is accepted.
    notes
        What somebody who reviews should know, a sentence each: what got worse, and what a file of the base lacks.
    facts
        All facts in the order of reading, the equal ones too; empty when the head cannot be read.
    """

    base: Manifest | None
    head: Manifest | None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[Difference, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the card of the head cannot be true."""
        return bool(self.problems)

    @property
    def same_artifact(self) -> bool:
        """Whether both serve the same bytes."""
        return self.base is not None and self.head is not None and self.base.artifact == self.head.artifact

    @property
    def worse(self) -> tuple[Difference, ...]:
        """The facts in which the model of the head is worse."""
        return tuple(fact for fact in self.facts if fact.worse)

    @property
    def verdict(self) -> str:
        """One sentence about all of it, without a full stop."""
        if self.problems:
            return f"the card of the model is refused: {self.problems[0]}"
        if self.base is None or self.head is None:
            return "there is a model where none was, or none that could be read"
        if self.same_artifact:
            return "the artifact is the same; only its description differs"
        names = ", ".join(fact.name for fact in self.worse)
        return f"another model, worse in {names}" if names else "another model, worse in nothing that is measured"

    def as_json(self) -> dict[str, Any]:
        """The member `model` of the JSON document of a review."""
        return {
            "verdict": self.verdict,
            "same_artifact": self.same_artifact,
            "refused": self.refused,
            "problems": list(self.problems),
            "notes": list(self.notes),
            "worse": [fact.name for fact in self.worse],
            "facts": [
                {"name": fact.name, "before": fact.before, "after": fact.after, "worse": fact.worse}
                for fact in self.facts
            ],
            "base": self.base.to_json() if self.base else None,
            "head": self.head.to_json() if self.head else None,
        }

    def as_text(self) -> str:
        """What differs, for a terminal."""
        return model_as_text(self)

    def as_markdown(self) -> str:
        """Both cards as a table, for a comment on a pull request."""
        return model_as_markdown(self)


def compare_models(
    base: Mapping[str, Any] | None, head: Mapping[str, Any] | None, *, today: date | None = None
) -> ModelComparison | None:
    """Compare the manifests of two models.

    Parameters
    ----------
    base, head
        What is in `models/current.json`, parsed; None where there is no such file.
    today
        The day for which the end of patching of the image is judged; not judged without it.

    Returns
    -------
    ModelComparison or None
        None when the files say the same.
    """
    if _text(base) == _text(head):
        return None
    old, new = (_read(document) for document in (base, head))
    return ModelComparison(
        base=old,
        head=new,
        problems=tuple(card_problems(head)),
        notes=tuple(_notes(base, old, new, today)),
        facts=tuple(facts_of(old, new, today=today)) if new is not None else (),
    )


def parse_model(content: str | bytes) -> Any:
    """Parse the content of `models/current.json`; what is no object becomes a text, which every check refuses."""
    try:
        document = read_json(content)
    except ValueError as error:
        return f"no JSON: {error}"
    return document if isinstance(document, dict) else f"no object: {content!r}"


def _text(document: Mapping[str, Any] | None) -> str:
    return json.dumps(document, sort_keys=True, default=str)


def _read(document: Mapping[str, Any] | None) -> Manifest | None:
    try:
        return parse_manifest(document, origin=MANIFEST_NAME) if document is not None else None
    except ContractError:
        return None


def _notes(
    base: Mapping[str, Any] | None, old: Manifest | None, new: Manifest | None, today: date | None
) -> Iterator[str]:
    if base is not None and old is None:
        yield f"the {MANIFEST_NAME} of the base cannot be read, so there is nothing to compare with"
    if new is None:
        return
    end = END_OF_PATCH.get(new.framework.image_tag)
    if end is not None and today is not None and today > end:
        yield f"the image {new.framework.image_tag} has had no security fixes since {end}"
    if old is not None and old.data.sha256 != new.data.sha256:
        yield "the models learned from different files"
    if old is not None and not _comparable(old, new):
        yield "the models were scored on different test images, so their metrics cannot be compared"
    if new.because is not None:
        yield f"promoted in spite of a lower accuracy, because: {new.because}"


def _comparable(old: Manifest, new: Manifest) -> bool:
    """Whether both were scored on equally many images of each digit."""
    return [each.support for each in old.metrics.per_class] == [each.support for each in new.metrics.per_class]
