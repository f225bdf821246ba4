"""Where things are in the bucket: one prefix for each kind. `training/` keeps to the same names."""

from __future__ import annotations

CHANNELS_PREFIX = "channels/"
"""Training data, `channels/DIGEST/{train,validation,test}/`."""

MODELS_PREFIX = "models/"
"""What endpoints serve, `models/SHA256/model.tar.gz`."""

SOURCES_PREFIX = "sources/"
"""The files of MNIST, for machines without internet."""

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
