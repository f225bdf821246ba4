"""Decoding pictures from strangers: every mode of PNG and JPEG, and every way of being refused."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from gateway.problems import ProblemError
from tests.support.any_model import read_digits
from vision import decoding
from vision.headers import check_header
from vision.limits import CHUNKS_MAX, IMAGE_PIXELS_MAX, IMAGE_SIDE_MAX, SCANS_MAX, SEGMENTS_MAX

PNG, JPEG = "image/png", "image/jpeg"
ORIENTATION = 0x0112
WORKING_SIDE = 400


def drawing(size: tuple[int, int] = (60, 40), paper: int = 255, ink: int = 0) -> Image.Image:
    """Draw a stroke in the upper left quarter."""
    image = Image.new("L", size, paper)
    ImageDraw.Draw(image).rectangle((5, 5, 25, 15), fill=ink)
    return image


def decode(body: bytes, media_type: str) -> Image.Image:
    """Decode as the API does, to an image that is easy to compare."""
    return Image.fromarray(decoding.decode(body, media_type, side=WORKING_SIDE, pixels_max=IMAGE_PIXELS_MAX).grey)


def encoded(image: Image.Image, media_type: str = PNG, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG" if media_type == PNG else "JPEG", **options)
    return file.getvalue()


def refusal(body: bytes, media_type: str = PNG) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        decode(body, media_type)
    return caught.value


def header_only(width: int, height: int) -> bytes:
    """Make a PNG that says it is large and holds next to nothing."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (chunk, data, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_png_mode_comes_out_as_the_same_grey(mode: str) -> None:
    assert decode(encoded(drawing().convert(mode)), PNG).tobytes() == drawing().tobytes()


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    deep = drawing(paper=200, ink=100).convert("I").point(lambda value: value * 257).convert("I;16")
    assert decode(encoded(deep), PNG).tobytes() == drawing(paper=200, ink=100).tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_jpeg_mode_comes_out_as_nearly_the_same_grey(mode: str) -> None:
    grey = decode(encoded(drawing().convert(mode), JPEG, quality=95), JPEG).tobytes()
    assert max(abs(got - wanted) for got, wanted in zip(grey, drawing().tobytes(), strict=True)) < 40


def test_transparent_parts_are_white_paper() -> None:
    ink = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (5, 5, 26, 16))
    assert decode(encoded(ink), PNG).tobytes() == drawing().tobytes()


def test_light_strokes_on_nothing_are_on_black_paper() -> None:
    chalk = Image.new("RGBA", (60, 40), (255, 255, 255, 0))
    chalk.paste((255, 255, 255, 255), (5, 5, 26, 16))
    negative = drawing().point(lambda value: 255 - value)
    assert decode(encoded(chalk), PNG).tobytes() == negative.tobytes()


def test_a_transparent_palette_colour_is_white_paper() -> None:
    palette = drawing(paper=90).convert("P")
    body = encoded(palette, transparency=palette.getpixel((0, 0)))
    assert decode(body, PNG).tobytes() == drawing().tobytes()


def _rgba(grey: Image.Image, alpha: Image.Image) -> Image.Image:
    return Image.merge("RGBA", (grey, grey, grey, alpha))


def transparencies() -> dict[str, Image.Image]:
    """One digit on nothing, in every way that programs leave it; each stands out where the first does."""
    soft = drawing(paper=0, ink=255).filter(ImageFilter.GaussianBlur(1))
    hard, full = soft.point(lambda value: 255 * (value > 10)), Image.new("L", soft.size, 255)
    margin = ImageOps.expand(full.crop((0, 0, 50, 30)), (0, 0, 10, 10), 0)
    return {
        "dark ink": _rgba(Image.new("L", soft.size, 20), soft),
        "white ink": _rgba(Image.new("L", soft.size, 255), soft),
        "white ink, multiplied by its opacity": _rgba(soft, soft),
        "light ink with the dark rim that it was cut out with": _rgba(soft, hard),
        "dark ink with a light rim": _rgba(ImageOps.invert(soft), hard),
        "a dark sheet with light ink in a transparent margin": _rgba(soft, margin),
        "a white sheet with dark ink in a transparent margin": _rgba(ImageOps.invert(soft), margin),
    }


@pytest.mark.parametrize("name", transparencies())
def test_what_is_transparent_is_laid_on_the_paper_that_it_was_cut_from(name: str) -> None:
    (digit,) = read_digits(encoded(transparencies()[name]), PNG, one=True).digits
    left, top, width, height = digit.box
    assert abs(left - 5) <= 3
    assert abs(top - 5) <= 3
    assert abs(width - 21) <= 5
    assert abs(height - 11) <= 5


@pytest.mark.parametrize("white", [255, 1023, 4095, 65535])
def test_sixteen_bits_may_hold_less(white: int) -> None:
    deep = drawing(paper=200, ink=100).convert("I").point(lambda value: value * white / 255).convert("I;16")
    values = decode(encoded(deep), PNG).tobytes()
    assert abs(values[0] - 200) <= 1
    assert abs(values[10 * 60 + 10] - 100) <= 1


def progressive(scans: int) -> bytes:
    """Make a JPEG of so many scans."""
    body = encoded(drawing(), JPEG, progressive=True)
    last = body.rindex(b"\xff\xda")
    return body[:last] + body[last:-2] * (scans - body.count(b"\xff\xda") + 1) + body[-2:]


def test_the_number_of_scans_ends_at_the_limit() -> None:
    check_header(progressive(SCANS_MAX), JPEG, IMAGE_PIXELS_MAX)
    assert refusal(progressive(SCANS_MAX + 1), JPEG).detail == f"the JPEG has more than {SCANS_MAX} scans"


@pytest.mark.parametrize("process", [3, 5, 6, 7, 9, 10, 11, 13, 14, 15])
def test_a_jpeg_that_is_neither_baseline_nor_progressive_is_refused_by_its_header(process: int) -> None:
    body = encoded(drawing(), JPEG).replace(b"\xff\xc0", bytes((0xFF, 0xC0 + process)), 1)
    problem = refusal(body, JPEG)
    assert problem.problem.slug == "unreadable-image"
    assert f"coded by process {process};" in problem.detail


def test_the_number_of_segments_ends_at_the_limit() -> None:
    body, comment = encoded(drawing(), JPEG), b"\xff\xfe\0\2"
    check_header(body[:2] + comment * (SEGMENTS_MAX - 50) + body[2:], JPEG, IMAGE_PIXELS_MAX)
    detail = refusal(body[:2] + comment * SEGMENTS_MAX + body[2:], JPEG).detail
    assert detail == f"the JPEG has more than {SEGMENTS_MAX} segments"


def dear_files() -> dict[str, tuple[bytes, str]]:
    """Small files that would cost a decoder, or a careless look at the header, seconds or hours."""
    jpeg, png, million = encoded(drawing(), JPEG), encoded(drawing()), 1_000_000
    return {
        "arithmetic coding": (jpeg.replace(b"\xff\xc0", b"\xff\xc9", 1), JPEG),
        "arithmetic coding, progressive": (progressive(100).replace(b"\xff\xc2", b"\xff\xca", 1), JPEG),
        "scans": (progressive(5000), JPEG),
        "a run of 0xFF": (jpeg[:2] + b"\xff" * million + b"\0" + jpeg[2:-2], JPEG),
        "empty comments": (jpeg[:2] + b"\xff\xfe\0\2" * million, JPEG),
        "markers without a length": (jpeg[:2] + b"\xff\1" * million, JPEG),
        "chunks": (png[:33] + struct.pack(">I4sI", 0, b"teXt", zlib.crc32(b"teXt")) * CHUNKS_MAX, PNG),
        "declared pixels": (header_only(65_000, 65_000), PNG),
    }


DEAR_FILES = dear_files()


@pytest.mark.parametrize("name", DEAR_FILES)
def test_a_look_at_the_header_costs_next_to_nothing(name: str) -> None:
    body, media_type = DEAR_FILES[name]
    started = time.process_time()
    try:
        check_header(body, media_type, IMAGE_PIXELS_MAX)
    except ProblemError:
        refused = True
    else:
        refused = False
    assert time.process_time() - started < 0.05
    assert refused or name == "a run of 0xFF"


def test_the_scans_of_a_thumbnail_do_not_count() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" + "\xff\xda" * 50
    check_header(encoded(drawing(), JPEG, exif=exif), JPEG, IMAGE_PIXELS_MAX)


def test_the_number_of_chunks_ends_at_the_limit() -> None:
    body, empty = encoded(drawing()), struct.pack(">I4sI", 0, b"teXt", zlib.crc32(b"teXt"))
    assert "chunks" in refusal(body[:33] + empty * CHUNKS_MAX + body[33:]).detail


@pytest.mark.parametrize(("orientation", "turn"), [(3, Image.Transpose.ROTATE_180), (6, Image.Transpose.ROTATE_270)])
@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_a_turned_photograph_is_put_upright(orientation: int, turn: Image.Transpose, media_type: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    upright = decode(encoded(drawing(), media_type, exif=exif), media_type)
    wanted = drawing().transpose(turn)
    assert upright.size == wanted.size
    assert upright.point(lambda value: 255 if value > 127 else 0).tobytes() == wanted.tobytes()


@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_a_picture_is_read_although_what_is_said_beside_it_is_damaged(media_type: str) -> None:
    body = encoded(drawing(), media_type, exif=b"Exif\0\0damaged")
    assert decode(body, media_type).size == drawing().size


@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_a_large_picture_is_made_small(media_type: str) -> None:
    assert decode(encoded(drawing((3000, 1500)), media_type), media_type).size == (WORKING_SIDE, WORKING_SIDE // 2)


@pytest.mark.parametrize(
    ("body", "media_type", "detail"),
    [
        (encoded(drawing(), JPEG), PNG, "the body is image/jpeg"),
        (encoded(drawing(), PNG), JPEG, "the body is image/png"),
        (b"GIF89a" + bytes(50), PNG, "the body is neither PNG nor JPEG"),
        (b"<svg/>", JPEG, "the body is neither PNG nor JPEG"),
    ],
)
def test_the_first_bytes_must_agree_with_the_content_type(body: bytes, media_type: str, detail: str) -> None:
    problem = refusal(body, media_type)
    assert problem.problem.slug == "content-type-mismatch"
    assert detail in problem.detail


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_a_truncated_file_is_refused(media_type: str, share: float) -> None:
    noise = Image.effect_noise((100, 100), 50)
    body = encoded(noise, media_type)
    assert refusal(body[: int(len(body) * share)], media_type).problem.slug == "unreadable-image"


def test_the_number_of_pixels_ends_at_the_limit() -> None:
    assert IMAGE_PIXELS_MAX == 5000 * 5000
    assert decode(encoded(Image.new("1", (5000, 5000))), PNG).size == (WORKING_SIDE, WORKING_SIDE)
    assert "5000 x 5001 = 25005000 pixels" in refusal(header_only(5000, 5001)).detail


def test_a_side_ends_at_the_limit() -> None:
    assert decode(encoded(Image.new("1", (2, IMAGE_SIDE_MAX))), PNG).height == WORKING_SIDE
    # Millions of rows of a few pixels cost far more memory than their pixels.
    for size in [(1, IMAGE_SIDE_MAX + 1), (IMAGE_SIDE_MAX + 1, 1), (1, IMAGE_PIXELS_MAX)]:
        problem = refusal(header_only(*size))
        assert problem.problem.slug == "too-many-pixels"
        assert "a side has at most 65500" in problem.detail


@pytest.mark.parametrize("side", [5001, 9_500, 20_000, 2**31 - 1])  # ours, Pillow's warning, Pillow's error, absurd
def test_a_bomb_is_refused_by_its_header(side: int) -> None:
    problem = refusal(header_only(side, side))
    assert (problem.problem.slug, problem.problem.status) == ("too-many-pixels", 413)


def test_an_animation_is_refused() -> None:
    body = encoded(drawing(), save_all=True, append_images=[drawing(ink=128)])
    assert refusal(body).problem.slug == "animated-image"


def test_a_text_bomb_is_refused() -> None:
    text = b"zTXt" + b"Comment\0\0" + zlib.compress(bytes(64 * 1024 * 1024))
    body = encoded(drawing())
    bomb = body[:33] + struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text)) + body[33:]
    assert refusal(bomb).problem.slug == "unreadable-image"


def damaged(body: bytes, chance: random.Random) -> bytes:
    """Change a few bytes behind the signature, and make the check sums of a PNG right again."""
    changed = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        changed[chance.randrange(8, len(changed))] = chance.randrange(256)
    place = 8
    while changed.startswith(b"\x89PNG") and place + 12 <= len(changed):
        end = place + 8 + int.from_bytes(changed[place : place + 4], "big")
        changed[end : end + 4] = zlib.crc32(changed[place + 4 : end]).to_bytes(4, "big")[: max(0, len(changed) - end)]
        place = end + 4
    return bytes(changed)


@pytest.mark.parametrize("media_type", [PNG, JPEG])
@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_a_damaged_file_ends_in_pixels_or_in_a_problem(mode: str, media_type: str) -> None:
    image = drawing().convert("RGB" if (mode, media_type) == ("P", JPEG) else mode)
    body, chance = encoded(image, media_type), random.Random(7)
    for _ in range(150):
        try:
            assert decode(damaged(body, chance), media_type).size
        except ProblemError as error:
            assert error.problem.status in {413, 415, 422}  # noqa: PT017 both ends are right
