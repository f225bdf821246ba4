"""What can be wrong with a picture; rows of the table of problems (RFC 9457)."""

from __future__ import annotations

from gateway.problems import ProblemType

TOO_MANY_PIXELS = ProblemType(
    slug="too-many-pixels",
    status=413,
    title="the picture has too many pixels",
    remedy="scale the picture down; 280 x 280 is plenty for one digit",
)
CONTENT_TYPE_MISMATCH = ProblemType(
    slug="content-type-mismatch",
    status=415,
    title="the body does not match its Content-Type",
    remedy="name the type the picture really has",
)
UNREADABLE_IMAGE = ProblemType(
    slug="unreadable-image",
    status=422,
    title="the picture cannot be decoded",
    remedy="save it again as PNG or JPEG and send the whole file",
)
ANIMATED_IMAGE = ProblemType(
    slug="animated-image", status=422, title="the picture is animated", remedy="send a single frame"
)
BLANK_IMAGE = ProblemType(
    slug="blank-image",
    status=422,
    title="there is no ink on the picture",
    remedy="send a picture of one digit that stands out from its background",
)
TOO_MANY_DIGITS = ProblemType(
    slug="too-many-digits",
    status=422,
    title="there is more on the picture than is read at once",
    remedy="photograph fewer digits at a time, on plain paper that fills the picture",
)
TOO_LONG_TO_READ = ProblemType(
    slug="too-long-to-read",
    status=422,
    title="the picture takes too long to read",
    remedy="photograph fewer digits at a time, on plain paper that fills the picture",
)
