"""What the name of a bucket may be.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import re

BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
BUCKET_RULE = "3 to 63 lower-case letters, digits, hyphens and dots"


def is_bucket_name(text: str) -> bool:
    """Whether a bucket can have that name."""
    return re.fullmatch(BUCKET, text) is not None
