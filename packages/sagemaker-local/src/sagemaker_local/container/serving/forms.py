"""What Flask does to a body that claims to be an HTML form: it is parsed away before the container looks at it.

The container then finds an empty payload. Only the outcome is imitated; no form is parsed here.
"""

from __future__ import annotations

from sagemaker_local.container.serving.media_types import split_header

# Flask's MAX_FORM_MEMORY_SIZE, which holds for URL-encoded bodies as a whole.
MAX_FORM_BYTES = 500_000


def is_eaten_as_form(content_type: str | None) -> bool:
    """Whether nothing of the body is left for the container."""
    name, parameters = split_header(content_type or "")
    if name.lower() == "application/x-www-form-urlencoded":
        return True
    boundary = parameters.get("boundary", "")
    return name.lower() == "multipart/form-data" and bool(boundary) and boundary.isascii()


def is_oversized_form(content_type: str | None, length: int) -> bool:
    """Whether a URL-encoded body of `length` bytes is longer than Flask reads."""
    return (
        split_header(content_type or "")[0].lower() == "application/x-www-form-urlencoded" and length > MAX_FORM_BYTES
    )
