"""Whether a data folder already holds what `prepare` would write, so that there is nothing to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from training.common.errors import DataError
from training.data.data_folder import read_data_manifest, verify


def is_current(folder: Path, dataset_sha256: Mapping[str, str], *, parts: int, copies: int = 0, drawn: int = 0) -> bool:
    """Whether the folder already holds exactly this source in so many parts, so much added to train, intact."""
    try:
        manifest = read_data_manifest(folder)
        held = manifest.source_sha256, manifest.parts, manifest.copies, manifest.drawn
        if held != (dict(dataset_sha256), parts, copies, drawn):
            return False
        verify(folder, manifest)
    except (DataError, TypeError, AttributeError):
        return False
    return True
