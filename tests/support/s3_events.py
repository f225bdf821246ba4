"""Events as S3 sends them to the queue of uploads."""

from __future__ import annotations

import json


def event_of_s3(*job_ids: str) -> str:
    """The body of a message about uploads."""
    keys = [f"uploads/some%20body/{job_id}" for job_id in job_ids]
    return json.dumps({"Records": [{"s3": {"object": {"key": key}}} for key in keys]})
