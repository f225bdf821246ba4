"""Which registered model may be promoted, and that it is what it was registered as."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract.errors import ContractError
from training.common.errors import ManifestError, PromotionError
from training.common.files import sha256_of_bytes
from training.pipeline.registry import LATEST, RegisteredModel, choose, download, require_approval

ARCHIVE = b"the archive"
SHA256 = sha256_of_bytes(ARCHIVE)
MANIFEST_URI = "s3://data/pipeline/evaluations/abc/manifest.json"
MODEL_URI = "s3://data/pipeline/evaluations/abc/model.tar.gz"


def model(version: int, approval: str) -> RegisteredModel:
    return RegisteredModel(
        arn=f"arn:aws:sagemaker:us-east-1:111111111111:model-package/digits-dev/{version}",
        version=version,
        approval=approval,
        model_uri=MODEL_URI,
        properties={"sha256": SHA256, "manifest": MANIFEST_URI},
    )


def manifest(sha256: str = SHA256) -> bytes:
    document = json.loads((Path(__file__).parents[3] / "models/current.json").read_bytes())
    key = f"models/{sha256}/model.tar.gz"
    document["artifact"] = {"sha256": sha256, "size_bytes": len(ARCHIVE), "key": key}
    return json.dumps(document).encode()


class KnownRegistry:
    """A registry of these models; objects lie where they are said to."""

    def __init__(self, *models: RegisteredModel, **objects: bytes) -> None:
        self._models = models
        self._objects = {MODEL_URI: objects.get("archive", ARCHIVE), MANIFEST_URI: objects.get("manifest", manifest())}

    def version(self, group: str, number: int) -> RegisteredModel | None:
        """The version of that number."""
        return next((each for each in self._models if each.version == number), None)

    def latest(self, group: str, *, approval: str) -> RegisteredModel | None:
        """The highest version with that approval."""
        fitting = [each for each in self._models if each.approval == approval]
        return max(fitting, key=lambda each: each.version, default=None)

    def content(self, uri: str) -> bytes:
        """The object at an address."""
        return self._objects[uri]


REGISTRY = KnownRegistry(model(1, "Approved"), model(2, "Approved"), model(3, "PendingManualApproval"))


def test_the_latest_is_the_latest_approved_one() -> None:
    assert choose(REGISTRY, "digits-dev", LATEST).version == 2
    assert choose(REGISTRY, "digits-dev", "3").version == 3


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("9", "has no version 9"), ("0", "is no version"), ("v1", "is no version of a registered model")],
)
def test_what_is_not_there(wanted: str, said: str) -> None:
    with pytest.raises(PromotionError, match=said):
        choose(REGISTRY, "digits-dev", wanted)


def test_nothing_is_approved() -> None:
    with pytest.raises(PromotionError, match="no model of the group digits-dev is approved; approve one"):
        choose(KnownRegistry(model(1, "Rejected")), "digits-dev", LATEST)


@pytest.mark.parametrize("approval", ["PendingManualApproval", "Rejected"])
def test_unapproved_models_need_a_reason(approval: str) -> None:
    with pytest.raises(PromotionError, match=f"digits-dev/3 is {approval}, allowed is Approved"):
        require_approval(model(3, approval), because="  ")
    require_approval(model(3, approval), because="a trial")
    require_approval(model(3, "Approved"), because=None)


def test_archive_and_manifest_are_those_that_were_registered() -> None:
    archive, found = download(KnownRegistry(), model(1, "Approved"))
    assert (archive, found.artifact.sha256) == (ARCHIVE, SHA256)


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ({"archive": b"another"}, "model.tar.gz is of the archive with sha256"),
        ({"manifest": manifest("0" * 64)}, "manifest.json is of the archive with sha256 0000"),
        ({"manifest": b"{"}, "is not JSON"),
        ({"manifest": b"{}"}, r"schema is missing(.|\n)*\nrun the pipeline again$"),
    ],
    ids=["archive", "manifest", "half", "empty"],
)
def test_what_was_changed_since_is_refused(objects: dict[str, bytes], said: str) -> None:
    with pytest.raises((ManifestError, ContractError), match=said):
        download(KnownRegistry(**objects), model(1, "Approved"))


def test_a_model_that_somebody_else_registered_is_refused() -> None:
    with pytest.raises(ManifestError, match="lacks the properties sha256 and manifest"):
        download(KnownRegistry(), replace(model(1, "Approved"), properties={}))
