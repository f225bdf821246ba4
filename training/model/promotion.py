"""Decide whether a manifest may become the current one. The writing is the command's; the review is a person's.

Promotion changes one file, `models/current.json`, which is committed and reviewed like code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from contract.calibration import Calibration
from contract.manifest import Manifest, checked_manifest
from training.common.errors import ManifestError, PromotionError
from training.common.files import sha256_of_bytes
from training.model.artifact import unpack_canonical
from training.model.foreign_model import check_foreign_model
from training.model.hyperparameters import Hyperparameters

WORST_ACCURACY = 0.5
"""Below this a model of ten digits is broken, whatever reason is given."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One line of what a promotion changes."""

    field: str
    old: str
    new: str


def check_candidate(manifest: Manifest, *, name: str, archive: Path) -> None:
    """Read the archive beside a manifest, and do `check_archive`.

    Raises
    ------
    ManifestError
        when the archive is missing; see also `check_archive`
    """
    try:
        with archive.open("rb") as file:
            content = file.read(manifest.artifact.size_bytes + 1)
    except FileNotFoundError:
        raise ManifestError(f"there is no {archive} beside {name}; run: python -m training package") from None
    check_archive(manifest, content, name=name, archive=str(archive))


def check_archive(manifest: Manifest, content: bytes, *, name: str, archive: str) -> None:
    """Make sure that the manifest is true of its archive, and that its claims are plausible. Writes nothing.

    Parameters
    ----------
    manifest, content
        what is to be promoted
    name, archive
        what to call the two in an error

    Raises
    ------
    ManifestError
        when the archive is not the one described, or a claim is not plausible
    ArtifactError
        when the archive may not be served, or is not as `package` makes it
    HyperparameterError
        when the container would refuse the hyperparameters
    """
    actual = sha256_of_bytes(content)
    if actual != manifest.artifact.sha256 or len(content) != manifest.artifact.size_bytes:
        raise ManifestError(
            f"{archive} has sha256 {actual}, {name} says {manifest.artifact.sha256}; run: python -m training package"
        )
    check_foreign_model(unpack_canonical(content, name=archive), name=archive)
    Hyperparameters.from_sagemaker(manifest.hyperparameters)
    if manifest.metrics.accuracy < WORST_ACCURACY:
        raise ManifestError(
            f"{name} claims accuracy {manifest.metrics.accuracy:.4f}, plausible is at least {WORST_ACCURACY}"
        )


def decide(candidate: Manifest, current: Manifest | None, *, because: str | None) -> Manifest | None:
    """The manifest to write, or None when the candidate is the current one already, perhaps made again.

    The run that made the model (time, duration, machine) is not compared: training the same model again changes
    nothing that is deployed, so it is no change of the file either.

    Parameters
    ----------
    candidate
        checked with `check_candidate`
    current
        what is promoted now, if anything
    because
        the reason to accept a lower accuracy; kept in the manifest

    Raises
    ------
    PromotionError
        when the candidate is less accurate and there is no reason given
    ContractError
        when the reason is too long
    """
    because = (because or "").strip()
    if current is not None and _same_model(candidate, current):
        return None
    if current is not None and candidate.metrics.accuracy < current.metrics.accuracy and not because:
        raise PromotionError(
            f"the accuracy {candidate.metrics.accuracy:.4f} is lower than the {current.metrics.accuracy:.4f} of the"
            ' current model; train a better one, or give a reason with --because "..."'
        )
    promoted = replace(candidate, because=because or None)
    # What is written is read again, also a long reason.
    return checked_manifest(promoted, name="to be promoted", remedy="give a shorter reason")


def _same_model(candidate: Manifest, current: Manifest) -> bool:
    run = replace(
        candidate.training,
        seconds=current.training.seconds,
        created_at=current.training.created_at,
        host=current.training.host,
    )
    return replace(candidate, training=run, because=current.because) == current


def _calibration(calibration: Calibration | None) -> str:
    if calibration is None:
        return "none"
    unlike = "" if calibration.unlike_above is None else f", unlike above {calibration.unlike_above:g}"
    return f"temperature {calibration.temperature:g}, unsure below {calibration.unsure_below:g}{unlike}"


def differences(old: Manifest | None, new: Manifest) -> list[Difference]:
    """What changes, field by field, for people to read."""
    facts: dict[str, Callable[[Manifest], str]] = {
        "sha256": lambda manifest: manifest.artifact.sha256[:16],
        "size": lambda manifest: f"{manifest.artifact.size_bytes:,} bytes",
        "accuracy": lambda manifest: f"{manifest.metrics.accuracy:.4f}",
        "log-loss": lambda manifest: f"{manifest.metrics.log_loss:.4f}",
        "rounds": lambda manifest: f"{manifest.training.best_round} of {manifest.training.rounds}",
        "xgboost": lambda manifest: f"{manifest.framework.version} (image {manifest.framework.image_tag})",
        "data": lambda manifest: manifest.data.source,
        "training images": lambda manifest: f"{manifest.data.counts['train']:,}",
        "canonical form": lambda manifest: str(manifest.canonical_form),
        "calibration": lambda manifest: _calibration(manifest.calibration),
        "created": lambda manifest: manifest.training.created_at,
        "because": lambda manifest: manifest.because or "",
    }
    lines = [Difference(field=name, old=fact(old) if old else "", new=fact(new)) for name, fact in facts.items()]
    names = sorted({*new.hyperparameters, *(old.hyperparameters if old else {})})
    changed = [
        Difference(
            field=name, old=(old.hyperparameters if old else {}).get(name, ""), new=new.hyperparameters.get(name, "")
        )
        for name in names
    ]
    return [line for line in lines if line.old or line.new] + [line for line in changed if line.old != line.new]
