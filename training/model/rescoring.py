"""Score a model that was scored elsewhere once more, when the same test images are here: the results must be equal."""

from __future__ import annotations

from pathlib import Path

from contract.manifest import Manifest
from training.common.errors import ManifestError
from training.data.data_folder import MANIFEST_NAME, read_data_manifest, read_test_split
from training.model.artifact import load_model, unpack
from training.model.evaluation import evaluate, probabilities_of
from training.model.foreign_model import check_foreign_model

_CLOSE = 1e-6


def score_again(archive: bytes, manifest: Manifest, *, data: Path) -> bool:
    """Whether the model was scored; False when the test images of its manifest are not in the data folder.

    Parameters
    ----------
    archive
        the bytes of `model.tar.gz`
    manifest
        what is claimed of it
    data
        folder that `prepare` wrote, or none

    Raises
    ------
    ManifestError
        when the model does not do what the manifest claims
    """
    if not (data / MANIFEST_NAME).exists() or dict(read_data_manifest(data).source_sha256) != dict(
        manifest.data.sha256
    ):
        return False
    test = read_test_split(data, canonical_form=manifest.canonical_form)
    name = "the registered model"
    model = unpack(archive, name=name)
    check_foreign_model(model, name=name)
    booster = load_model(model, name=name)
    found = evaluate(probabilities_of(booster, test.images), test.labels, split="test")
    claimed = manifest.metrics
    if found.confusion != claimed.confusion or abs(found.log_loss - claimed.log_loss) > _CLOSE:
        raise ManifestError(
            f"{name} has accuracy {found.accuracy:.4f} and log-loss {found.log_loss:.4f} on the test images here, its"
            f" manifest claims {claimed.accuracy:.4f} and {claimed.log_loss:.4f}; run the pipeline again"
        )
    return True
