"""The limits of pictures, each named once: the decoder enforces them and the OpenAPI document prints them."""

IMAGE_PIXELS_MAX = 25_000_000
"""Largest picture of one digit, width x height, known from its header before anything is decoded."""
IMAGE_SIDE_MAX = 65_500
"""Longest side, that of a JPEG: Pillow keeps a pointer for each row of each copy (1 x 64,900,000 took 3.2 GB)."""
UPLOAD_PIXELS_MAX = 65_000_000
"""Largest uploaded picture, of 48 or 64 megapixels: decoding takes up to 11 bytes a pixel (measured), so 715 MB."""
SCANS_MAX = 20
"""Most scans of a JPEG: encoders write about ten, and each costs a walk over the whole picture."""
SEGMENTS_MAX = 5_000
"""Most segments of a JPEG: encoders write some tens, and each costs the decoder some Python."""
CHUNKS_MAX = 20_000
"""Most chunks of a PNG: encoders write one for 8 kB or more, and each costs the decoder some Python."""
UPLOAD_DIGITS_MAX = 100
"""Most digits read from one uploaded picture."""
