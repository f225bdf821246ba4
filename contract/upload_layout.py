"""Uploaded files: where they are in the bucket, which is what forms are signed for, and how large they can be."""

from __future__ import annotations

KEY_PREFIX = "uploads/"
"""Every upload is at `uploads/OWNER/JOB`."""

UPLOAD_BYTES_LIMIT = 100 * 1024 * 1024
"""Larger than the pictures of phones; more would not fit into the worker's memory. A deployment may accept less."""
