"""Models that the pipeline registered, and whether one may be promoted: approved, complete, and what it says it is.

Knows no AWS; `training.pipeline.aws_registry` implements the protocol. What a version holds was written by the
pipeline's evaluation (`training.pipeline.steps`): the archive, its manifest, and the metrics of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from contract.json_fields import parse_json
from contract.manifest import Manifest, parse_manifest
from training.common.errors import ManifestError, PromotionError
from training.common.files import sha256_of_bytes

APPROVED = "Approved"
LATEST = "latest"


@dataclass(frozen=True, kw_only=True)
class RegisteredModel:
    """A version in the registry.

    Parameters
    ----------
    arn
        its name for SageMaker
    version
        number within its group
    approval
        `PendingManualApproval`, `Approved`, `Rejected`
    model_uri
        address of the archive
    properties
        what was registered with it: `sha256`, `manifest`, `channels` ...
    """

    arn: str
    version: int
    approval: str
    model_uri: str
    properties: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a person calls it, such as `digits-dev/3`."""
        return self.arn.partition(":model-package/")[2]


class Registry(Protocol):
    """Where models are registered."""

    def version(self, group: str, number: int) -> RegisteredModel | None:
        """The version of that number, or None."""

    def latest(self, group: str, *, approval: str) -> RegisteredModel | None:
        """The newest version with that approval, or None."""

    def content(self, uri: str) -> bytes:
        """The object at an address `s3://BUCKET/KEY`."""


def choose(registry: Registry, group: str, wanted: str) -> RegisteredModel:
    """The version that is meant.

    Parameters
    ----------
    registry, group
        where to look
    wanted
        a number, or `LATEST` for the newest that is approved

    Raises
    ------
    PromotionError
        when there is none
    """
    if wanted == LATEST:
        model = registry.latest(group, approval=APPROVED)
        if model is None:
            raise PromotionError(
                f"no model of the group {group} is approved; approve one (python -m training approve VERSION),"
                " or name its version and give a reason with --because"
            )
        return model
    if not wanted.isdecimal() or int(wanted) < 1:
        raise PromotionError(f"{wanted!r} is no version of a registered model; give a number such as 3, or {LATEST}")
    found = registry.version(group, int(wanted))
    if found is None:
        raise PromotionError(f"the group {group} has no version {wanted}; see python -m training pipeline")
    return found


def require_approval(model: RegisteredModel, *, because: str | None) -> None:
    """Let only approved models through, or those for which there is a reason.

    Raises
    ------
    PromotionError
        when there is neither
    """
    if model.approval != APPROVED and not (because or "").strip():
        raise PromotionError(
            f"the model {model.name} is {model.approval}, allowed is {APPROVED}; approve it"
            f' (python -m training approve {model.version}), or give a reason with --because "..."'
        )


def download(registry: Registry, model: RegisteredModel) -> tuple[bytes, Manifest]:
    """The archive and the manifest of a version, held against each other and against what was registered.

    Raises
    ------
    ContractError
        when the manifest is damaged
    ManifestError
        when something is missing, or they are not of the same model
    """
    wanted, address = (model.properties.get(name) for name in ("sha256", "manifest"))
    if not wanted or not address:
        raise ManifestError(
            f"the model {model.name} lacks the properties sha256 and manifest, so this project's pipeline did not"
            " register it; train it here or with python -m training submit"
        )
    archive, manifest = registry.content(model.model_uri), _manifest(registry.content(address), address)
    digests = {model.model_uri: sha256_of_bytes(archive), address: manifest.artifact.sha256}
    for where, actual in digests.items():
        if actual != wanted:
            raise ManifestError(
                f"{where} is of the archive with sha256 {actual}, {model.name} was registered with {wanted};"
                " it was changed since: run the pipeline again"
            )
    return archive, manifest


def _manifest(content: bytes, address: str) -> Manifest:
    remedy = "run the pipeline again"
    document = parse_json(content, name=f"the manifest {address}", remedy=remedy)
    return parse_manifest(document, origin=address, remedy=remedy)
