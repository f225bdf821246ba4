"""The artifact an endpoint serves: `model.tar.gz` with the one file `xgboost-model`, always the same bytes for a model.

The built-in container loads every file it finds in the archive and tries pickle first, so there is exactly one, it is
UBJSON, and an archive is checked without ever being unpacked to disk. Uploading is `training.aws.publication`.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from pathlib import Path

import xgboost

from contract.digit import CLASSES, PIXELS
from contract.manifest import OBJECTIVE
from training.common.errors import ArtifactError
from training.model.archives import ArchiveError, Entry, read_archive
from training.model.ubjson import require_whole

MODEL_NAME = "xgboost-model"
_GZIP_HEADER_BYTES = 10
_SIZES_APART = 8
"""Another zlib makes an archive larger or smaller by a few per cent; this part of it is allowed."""
_PACKAGE_AGAIN = "run: python -m training package"
_TRAIN_AGAIN = "run: python -m training fit"


def pack(model: bytes) -> bytes:
    """A gzipped tar of one regular file, without clock, user or file name in it.

    Parameters
    ----------
    model
        UBJSON of a booster

    Returns
    -------
    bytes
        the same for the same model and the same zlib; the gzip header has no name and no time (RFC 1952, section 2.3.1)
    """
    member = tarfile.TarInfo(MODEL_NAME)
    member.size, member.mode, member.mtime = len(model), 0o644, 0
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(model))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0, compresslevel=6) as file:
        file.write(plain.getbuffer())
    return packed.getvalue()


def unpack(content: bytes, *, name: str) -> bytes:
    """The model inside an archive that holds exactly what it should.

    Parameters
    ----------
    content
        the bytes of `model.tar.gz`
    name
        what to call it in an error

    Raises
    ------
    ArtifactError
        when it is no gzipped tar, or holds anything but one regular top-level file of the right name
    """
    try:
        entries, model = read_archive(content, is_wanted=lambda found: found == MODEL_NAME)
    except ArchiveError as problem:
        raise ArtifactError(f"{name} is not a gzipped tar archive ({problem}); {_PACKAGE_AGAIN}") from None
    if [entry.name for entry in entries] != [MODEL_NAME] or not entries[0].is_file:
        raise ArtifactError(
            f"{name} holds {_described(entries)}, allowed is exactly one regular file named {MODEL_NAME};"
            f" {_PACKAGE_AGAIN}"
        )
    return model


def unpack_canonical(content: bytes, *, name: str) -> bytes:
    """The model inside an archive that `pack` made, here or on another machine: the only kind that is promoted.

    Its header of gzip and its tar are, byte for byte, those of `pack`, so nothing hides in it. Only how the tar is
    compressed may differ: the zlib of another machine, or of the pipeline's image, need not be the one here.

    Raises
    ------
    ArtifactError
        when it is another archive
    """
    model = unpack(content, name=name)
    if not _differs_in_compression_at_most(content, pack(model)):
        raise ArtifactError(
            f"{name} holds the right file, but was not packed by this project: its bytes differ from those that"
            f" package writes; {_PACKAGE_AGAIN}"
        )
    return model


def _differs_in_compression_at_most(content: bytes, packed: bytes) -> bool:
    """Whether an archive, which `unpack` has read and so is of one member, has all that counts of another one."""
    if content == packed:
        return True
    return (
        content[:_GZIP_HEADER_BYTES] == packed[:_GZIP_HEADER_BYTES]
        and abs(len(content) - len(packed)) <= len(packed) // _SIZES_APART
        and _tar(content) == _tar(packed)
    )


def _tar(content: bytes) -> bytes:
    return zlib.decompress(content, wbits=16 + zlib.MAX_WBITS)


def _described(entries: list[Entry]) -> str:
    shown = [entry.shown for entry in entries[:3]]
    return f"{len(entries)} entries ({', '.join(shown)}{', ...' if len(entries) > 3 else ''})" if entries else "nothing"


def read_model(path: Path) -> bytes:
    """The bytes of a model file, checked by `load_model`.

    Raises
    ------
    ArtifactError
        when there is none, or it is not a model that may be served
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"there is no model at {path}; {_TRAIN_AGAIN}") from None
    load_model(content, name=str(path))
    return content


def load_model(content: bytes, *, name: str) -> xgboost.Booster:
    """Load UBJSON as a booster and make sure it is one that this project serves.

    Parameters
    ----------
    content
        the bytes of `xgboost-model`
    name
        what to call it in an error

    Raises
    ------
    ArtifactError
        for a pickle, another format, damage, another number of features or classes, or another objective
    """
    require_ubjson(content, name=name)
    booster = xgboost.Booster()
    try:
        require_whole(content)
        booster.load_model(bytearray(content))
        learner = json.loads(booster.save_config())["learner"]
        classes, objective = int(learner["learner_model_param"]["num_class"]), learner["objective"]["name"]
    except (xgboost.core.XGBoostError, ValueError, KeyError, TypeError):
        raise ArtifactError(f"{name} is a damaged UBJSON model, it does not load; {_TRAIN_AGAIN}") from None
    _check_learner(booster, classes, objective, name)
    return booster


def require_ubjson(content: bytes, *, name: str) -> None:
    """Refuse what does not even begin like a model.

    Raises
    ------
    ArtifactError
        for a pickle or another format
    """
    if content[:1] == b"\x80":
        raise ArtifactError(
            f"{name} is a pickle, which can run code when it is loaded; save the model as UBJSON: {_TRAIN_AGAIN}"
        )
    if content[:2] != b"{L":
        raise ArtifactError(
            f"{name} is not a UBJSON model, it begins with {content[:2].hex() or 'nothing'}; {_TRAIN_AGAIN}"
        )


def _check_learner(booster: xgboost.Booster, classes: int, objective: str, name: str) -> None:
    facts = {
        "features": (booster.num_features(), PIXELS),
        "classes": (classes, CLASSES),
        "objective": (objective, OBJECTIVE),
    }
    for what, (actual, expected) in facts.items():
        if actual != expected:
            raise ArtifactError(f"{name} has {what} {actual}, expected {expected}; {_TRAIN_AGAIN}")
    if booster.num_boosted_rounds() < 1:
        raise ArtifactError(f"{name} has no trees; {_TRAIN_AGAIN}")
