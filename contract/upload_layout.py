"""Where uploaded files are in the bucket of uploads: what forms are signed for, and what the queue is notified of."""

from __future__ import annotations

KEY_PREFIX = "uploads/"
"""Every upload is at `uploads/OWNER/JOB`."""
