"""Where things are in an environment's bucket: one prefix for each kind, and the keys that are made of digests."""

from __future__ import annotations

CHANNELS_PREFIX = "channels/"
"""Training data, `channels/DIGEST/{train,validation,test}/`."""

MODELS_PREFIX = "models/"
"""What endpoints serve, `models/SHA256/model.tar.gz`."""

SOURCES_PREFIX = "sources/"
"""The files of MNIST, for machines without internet."""

MNIST_PREFIX = f"{SOURCES_PREFIX}mnist/"
"""The four IDX files by their names."""

JOBS_PREFIX = "jobs/"
"""What training jobs leave, `jobs/JOB/output/`."""

PIPELINE_PREFIX = "pipeline/"
CHECKS_PREFIX = f"{PIPELINE_PREFIX}checks/"
EVALUATIONS_PREFIX = f"{PIPELINE_PREFIX}evaluations/"
"""Registered models and their metrics, so nothing here expires."""

PARTS_PREFIX = "stream/parts/"
"""What arrived through the stream; nothing here expires, since every preparation reads all of it."""

DEAD_LETTERS_PREFIX = "stream/dead-letters/"
"""Payloads of records that could not be used."""

ARCHIVE_NAME = "model.tar.gz"
"""The archive of a model, as SageMaker names it."""


def artifact_key(sha256: str) -> str:
    """The key of an archive; its content decides it, so it is never overwritten with something else."""
    return f"{MODELS_PREFIX}{sha256}/{ARCHIVE_NAME}"


def channels_prefix(digest: str) -> str:
    """Where the channels are whose parts have that digest, `channels/DIGEST/`."""
    return f"{CHANNELS_PREFIX}{digest}/"
