"""What a file says of itself before it is decoded, and what is refused on that word. Standard library alone.

A decoder works inside one call that nothing can interrupt, so whatever decides how long it works is known before: the
pixels, the coding and the scans of a JPEG, the frames and chunks of a PNG. JPEG: ITU-T T.81, annex B; PNG:
https://www.w3.org/TR/png-3/#5DataRep.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from gateway.problems import ProblemError
from vision.limits import CHUNKS_MAX, IMAGE_SIDE_MAX, SCANS_MAX, SEGMENTS_MAX
from vision.problems import ANIMATED_IMAGE, CONTENT_TYPE_MISMATCH, TOO_MANY_PIXELS, UNREADABLE_IMAGE

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
"""For each media type the bytes that every such file begins with."""

_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES = {0xC0, 0xC1, 0xC2}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""A marker in entropy-coded data: neither a stuffed byte nor a restart. What fills up before it is not matched: a
quantifier would try a long run of 0xFF from each of its bytes."""


def check_header(body: bytes, media_type: str, pixels_max: int) -> None:
    """Refuse a file that is not `image/png` or `image/jpeg` as it says, or that would cost too much to decode.

    Raises
    ------
    ProblemError
        If it is of another type, damaged, animated, arithmetic-coded, or has too many pixels, scans, segments or
        chunks.
    """
    if not body.startswith(SIGNATURES[media_type]):
        found = next((name for name, start in SIGNATURES.items() if body.startswith(start)), "neither PNG nor JPEG")
        raise ProblemError(CONTENT_TYPE_MISMATCH, f"Content-Type is {media_type}, but the body is {found}")
    try:
        width, height = _png_size(body) if media_type == "image/png" else _jpeg_size(body)
    except (struct.error, IndexError) as error:
        raise ProblemError(UNREADABLE_IMAGE, "the file is damaged or incomplete", cause=repr(error)) from error
    pixels = f"the picture has {width} x {height} = {width * height} pixels"
    if width * height > pixels_max:
        raise ProblemError(TOO_MANY_PIXELS, f"{pixels}; {pixels_max} are allowed")
    if max(width, height) > IMAGE_SIDE_MAX:
        raise ProblemError(TOO_MANY_PIXELS, f"{pixels}; a side has at most {IMAGE_SIDE_MAX}")


def _png_size(body: bytes) -> tuple[int, int]:
    size: tuple[int, int] = struct.unpack_from(">II", body, 16)
    place = len(SIGNATURES["image/png"])
    for _ in range(CHUNKS_MAX):
        if place + 12 > len(body):
            return size
        length, kind = struct.unpack_from(">I4s", body, place)
        if kind == b"acTL" and struct.unpack_from(">I", body, place + 8)[0] > 1:
            raise ProblemError(ANIMATED_IMAGE, "the PNG has more than one frame")
        if kind == b"IEND":
            return size
        place += length + 12
    raise ProblemError(UNREADABLE_IMAGE, f"the PNG has more than {CHUNKS_MAX} chunks")


def _jpeg_size(body: bytes) -> tuple[int, int]:
    size, scans = (0, 0), 0
    for marker, place in _segments(body):
        if marker in _FRAMES:
            if marker not in _HUFFMAN_FRAMES:
                coding = f"the JPEG is coded by process {marker - 0xC0}"
                raise ProblemError(UNREADABLE_IMAGE, f"{coding}; Huffman-coded baseline and progressive are read")
            height, width = struct.unpack_from(">HH", body, place + 3)
            size = (max(size[0], width), max(size[1], height))
        scans += marker == _START_OF_SCAN
        if scans > SCANS_MAX:
            raise ProblemError(UNREADABLE_IMAGE, f"the JPEG has more than {SCANS_MAX} scans")
    return size


def _segments(body: bytes) -> Iterator[tuple[int, int]]:
    """Give marker and place of its length, for every segment of the first picture of a JPEG."""
    place = 2
    for _ in range(SEGMENTS_MAX):
        found = _MARKER.search(body, place)
        if found is None or found.group(1)[0] == _END_OF_IMAGE:
            return
        marker, place = found.group(1)[0], found.end()
        if marker not in {0x01, 0xD8}:
            yield marker, place
            place += max(2, struct.unpack_from(">H", body, place)[0])
    raise ProblemError(UNREADABLE_IMAGE, f"the JPEG has more than {SEGMENTS_MAX} segments")
