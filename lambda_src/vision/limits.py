"""The limits of pictures, each named once: the decoder enforces them and the OpenAPI document prints them."""

from __future__ import annotations

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

SCANS_MAX = 20
"""Most scans of a JPEG: encoders write about ten, and each costs a walk over the whole picture."""

SEGMENTS_MAX = 5_000
"""Most segments of a JPEG: encoders write some tens, and each costs the decoder some Python."""

CHUNKS_MAX = 20_000
"""Most chunks of a PNG: encoders write one for 8 kB or more, and each costs the decoder some Python."""

UPLOAD_DIGITS_MAX = 100
"""Most digits read from one uploaded picture."""
