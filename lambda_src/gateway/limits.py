"""The limits of the HTTP API, each named once: the parser enforces them and the OpenAPI document prints them."""

from __future__ import annotations

ROWS_MIN = 1
ROWS_MAX = 1000
"""Rows of one request. 1,000 rows are 3.2 MB as CSV, under the 4 MB a serverless endpoint takes."""

BODY_BYTES_MAX = 4 * 1024 * 1024
"""Largest body, JSON or picture: base64 of it still fits in the 6 MB that Lambda takes in one event."""

IMAGE_PIXELS_MAX = 25_000_000
"""Largest picture, width x height, known from its header before anything is decoded."""

IMAGE_SIDE_MAX = 65_500
"""Longest side of a picture, that of a JPEG (`JPEG_MAX_DIMENSION` of libjpeg).

Pillow keeps a pointer for each row of each copy: a PNG of 1 x 64,900,000, 1.7 MB, took 3.2 GB.
"""

UPLOAD_PIXELS_MAX = 65_000_000
"""Largest uploaded picture: photographs of 48 and 64 megapixels pass.

Decoding takes up to 11 bytes a pixel (measured: grey of 16 bits 8, colours with transparency 7, a progressive JPEG of
four inks 11, others less), so at most 715 MB of the worker's 1,769 MB, beside 50 MB for the file and 140 MB for the
rest.
"""

UPLOAD_DIGITS_MAX = 100
"""Most digits read from one uploaded picture."""

ENDPOINT_BODY_BYTES_MAX = 4 * 1000 * 1000
"""What a serverless endpoint takes in one request, read strictly."""
