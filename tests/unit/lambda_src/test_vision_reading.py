"""From an uploaded file to digits: every kind of file, what is refused and why, and what must not matter to a digit."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageOps

from contract.calibration import Calibration
from contract.digit import PIXELS, SIDE
from gateway.problems import ProblemError
from http_api.examples import SEVEN_PNG
from tests.support.any_model import read_digits
from vision.limits import UPLOAD_PIXELS_MAX
from vision.reading import read_picture
from vision.sheet import Sheet

PNG, JPEG = "image/png", "image/jpeg"
ORIENTATION = 0x0112
SEVEN = Image.open(io.BytesIO(SEVEN_PNG)).convert("L")


def encoded(image: Image.Image, media_type: str = PNG, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG" if media_type == PNG else "JPEG", **options)
    return file.getvalue()


def paper(
    size: tuple[int, int] = (400, 300), places: tuple[tuple[int, int], ...] = ((40, 60), (250, 100))
) -> Image.Image:
    """Put sevens, 140 x 140 with their margins, on white paper."""
    image = Image.new("L", size, 255)
    for place in places:
        image.paste(0, place, SEVEN.resize((140, 140), Image.Resampling.BICUBIC))
    return image


def boxes(sheet: Sheet) -> list[tuple[int, int, int, int]]:
    return [digit.box for digit in sheet.digits]


def close(first: tuple[int, ...], second: tuple[int, ...], by: int = 6) -> bool:
    return all(abs(a - b) <= by for a, b in zip(first, second, strict=True))


def difference(first: bytes, second: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def refusal(body: bytes, media_type: str = PNG) -> ProblemError:
    with pytest.raises(ProblemError) as caught:
        read_digits(body, media_type)
    return caught.value


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """Put a chunk behind the header of a PNG."""
    body, chunk = encoded(paper()), kind + data
    return body[:33] + struct.pack(">I", len(data)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + body[33:]


WANTED = boxes(read_digits(encoded(paper()), PNG))


def test_two_digits_come_in_reading_order_with_their_boxes() -> None:
    sheet = read_digits(encoded(paper()), PNG)
    assert (sheet.width, sheet.height) == (400, 300)
    ink = [SEVEN.resize((140, 140), Image.Resampling.BICUBIC).point(lambda value: 255 * (value > 127)).getbbox()] * 2
    for box, inner, (left, top) in zip(boxes(sheet), ink, ((40, 60), (250, 100)), strict=True):
        assert inner
        assert close(box, (left + inner[0], top + inner[1], inner[2] - inner[0], inner[3] - inner[1]))
    for digit in sheet.digits:
        assert difference(digit.pixels, SEVEN.tobytes()) < 13


@pytest.mark.parametrize(
    ("mode", "media_type", "options"),
    [
        *((mode, PNG, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        ("L", PNG, {"icc_profile": bytes(300)}),
        ("L", JPEG, {}),
        ("RGB", JPEG, {"progressive": True}),
        ("CMYK", JPEG, {}),
    ],
)
def test_every_kind_of_file_is_read_alike(mode: str, media_type: str, options: dict[str, Any]) -> None:
    image = paper().convert("I").point(lambda value: value * 257) if mode == "I;16" else paper()
    found = boxes(read_digits(encoded(image.convert(mode), media_type, **options), media_type))
    assert len(found) == 2
    assert all(map(close, found, WANTED))


def test_adobes_four_inks_are_read_alike() -> None:
    # YCCK as Adobe writes it: no coloured ink (0, 128, 128), the key inverted. Pillow writes CMYK inverted.
    planes = [Image.new("L", (400, 300), value) for value in (255, 127, 127)]
    body = bytearray(encoded(Image.merge("CMYK", (*planes, ImageOps.invert(paper()))), JPEG, quality=95))
    body[body.index(b"Adobe") + 11] = 2
    found = boxes(read_digits(bytes(body), JPEG))
    assert len(found) == 2
    assert all(map(close, found, WANTED))


def test_interlaced_png_is_read() -> None:
    # All seven passes of Adam7, none filtered.
    image, data = paper((64, 64), ((-38, -38),)), b""
    for x, y, across, down in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for row in range(y, 64, down):
            data += b"\0" + image.tobytes()[row * 64 + x : (row + 1) * 64 : across]
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 1), b"IDAT" + zlib.compress(data), b"IEND")
    body = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    assert boxes(read_digits(body, PNG)) == boxes(read_digits(encoded(image), PNG))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("media_type", [pytest.param(PNG, marks=pytest.mark.slow), JPEG])
def test_boxes_are_those_of_the_upright_picture(orientation: int, media_type: str) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = paper().transpose(turns[orientation]) if orientation in turns else paper()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    sheet = read_digits(encoded(stored, media_type, exif=exif), media_type)
    assert (sheet.width, sheet.height) == (400, 300)
    assert len(sheet.digits) == 2
    assert all(map(close, boxes(sheet), WANTED))


def test_of_several_pictures_in_a_jpeg_the_first_is_read() -> None:
    file = io.BytesIO()
    paper().save(file, "MPO", save_all=True, append_images=[Image.new("L", (50, 50))])
    assert all(map(close, boxes(read_digits(file.getvalue(), JPEG)), WANTED))


def test_boxes_of_a_large_picture_are_in_its_own_pixels() -> None:
    large = paper().resize((4000, 3000))
    sheet = read_digits(encoded(large, JPEG), JPEG)
    assert (sheet.width, sheet.height) == (4000, 3000)
    assert all(
        close(box, tuple(10 * value for value in wanted), 60) for box, wanted in zip(boxes(sheet), WANTED, strict=True)
    )


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("media_type", [PNG, JPEG])
def test_a_digit_as_the_data_set_has_it_is_that_digit(invert: bool, media_type: str) -> None:
    body = encoded(
        ImageOps.invert(SEVEN) if invert else SEVEN, media_type, **({"quality": 95} if media_type == JPEG else {})
    )
    (digit,) = read_digits(body, media_type).digits
    assert difference(digit.pixels, SEVEN.tobytes()) < (0.01 if media_type == PNG else 12)
    box = SEVEN.getbbox()
    assert box
    assert close(digit.box, (box[0], box[1], box[2] - box[0], box[3] - box[1]), 1)


@pytest.mark.parametrize("side", [56, 140, 280, pytest.param(1600, marks=pytest.mark.slow)])
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("one", [False, True])
def test_size_and_shade_do_not_matter(side: int, invert: bool, one: bool) -> None:
    image = SEVEN.resize((side, side), Image.Resampling.BICUBIC)
    (digit,) = read_digits(encoded(ImageOps.invert(image) if invert else image), PNG, one=one).digits
    ours = Image.frombytes("L", (SIDE, SIDE), digit.pixels)
    # Where the centre of mass is between two pixels, either is right.
    shifts = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    assert min(difference(ImageChops.offset(ours, *shift).tobytes(), SEVEN.tobytes()) for shift in shifts) < 12


@pytest.mark.parametrize("shade", [0.02, 0.05, 0.2])
def test_strokes_arrive_at_least_as_broad_as_the_data_set_has_them(shade: float) -> None:
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).ellipse((150, 100, 450, 700), outline=0, width=max(1, round(shade * 100)))
    (digit,) = read_digits(encoded(image), PNG, one=True).digits
    ink = sum(digit.pixels) / 255
    assert ink / 47 > 1.5  # an oval of 10 x 20 is about 47 around


@pytest.mark.parametrize("turns", [1, 3])
def test_a_sheet_that_lies_is_turned(turns: int) -> None:
    """The model is surer of what stands: here of what is higher than broad."""

    def upright(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        there = digits.reshape(-1, SIDE, SIDE) > 100
        tall = there.any(axis=2).sum(axis=1) > there.any(axis=1).sum(axis=1)
        tops = there[:, : SIDE // 2].sum(axis=(1, 2)) > there[:, SIDE // 2 :].sum(axis=(1, 2))
        sure = np.where(tall & tops, 0.95, 0.5)
        return np.column_stack([sure, np.tile((1 - sure)[:, None] / 9, 9)])

    places = ((20, 40), (150, 60), (280, 50))
    image = paper((440, 260), places)
    turned = image.transpose({1: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_270}[turns])
    sheet = read_picture(encoded(turned), PNG, upright)
    assert (sheet.turned, sheet.width, sheet.height) == (90 * turns, 440, 260)
    wanted = boxes(read_digits(encoded(image), PNG))
    assert all(map(close, boxes(sheet), wanted))


@pytest.mark.parametrize("one", [False, True])
@pytest.mark.parametrize("invert", [False, True])
def test_a_digit_that_touches_the_edge_is_read(invert: bool, one: bool) -> None:
    box = SEVEN.resize((280, 280)).point(lambda value: 255 * (value > 100)).getbbox()
    image = SEVEN.resize((280, 280)).crop(box)
    (digit,) = read_digits(encoded(ImageOps.invert(image) if invert else image), PNG, one=one).digits
    assert difference(digit.pixels, SEVEN.tobytes()) < 13


def test_light_strokes_on_nothing_are_read() -> None:
    chalk = Image.new("RGBA", (400, 300), (255, 255, 255, 0))
    chalk.putalpha(ImageOps.invert(paper()))
    assert all(map(close, boxes(read_digits(encoded(chalk), PNG)), WANTED))


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (28, 28), (3, 700)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_is_a_problem(size: tuple[int, int], shade: int) -> None:
    problem = refusal(encoded(Image.new("L", size, shade)))
    assert (problem.problem.slug, problem.problem.status) == ("blank-image", 422)


def test_noise_is_no_digit() -> None:
    assert refusal(encoded(Image.effect_noise((800, 600), 8))).problem.slug == "blank-image"


def test_more_than_a_hundred_digits_are_too_many() -> None:
    places = tuple((column * 60 - 20, row * 90 - 20) for row in range(10) for column in range(11))
    image = Image.new("L", (700, 930), 255)
    small = SEVEN.resize((100, 100), Image.Resampling.BICUBIC)
    for left, top in places[:100]:
        image.paste(0, (left, top), small)
    assert len(read_digits(encoded(image), PNG).digits) == 100
    image.paste(0, places[100], small)
    problem = refusal(encoded(image))
    assert problem.problem.slug == "too-many-digits"
    assert problem.detail == "there are 101 digits; 100 are read"


def test_confetti_is_refused_at_once() -> None:
    image = Image.new("L", (1600, 1200), 255)
    draw = ImageDraw.Draw(image)
    for x in range(0, 1600, 30):
        for y in range(0, 1200, 30):
            draw.rectangle((x + 4, y + 4, x + 10, y + 24), fill=0)
    assert refusal(encoded(image)).problem.slug == "too-many-digits"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("cell", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_patterns_that_are_one_endless_stroke_end_soon(cell: int) -> None:
    tile = Image.frombytes("L", (2, 2), bytes((0, 255, 255, 0)))
    image = Image.new("L", (1600, 1200))
    for left in range(0, 1600, 2 * cell):
        image.paste(tile.resize((2 * cell, 2 * cell), Image.Resampling.NEAREST), (left, 0))
    for top in range(2 * cell, 1200, 2 * cell):
        image.paste(image.crop((0, 0, 1600, 2 * cell)), (0, top))
    try:
        assert len(read_digits(encoded(image), PNG).digits) == 1
    except ProblemError as error:
        assert error.problem.slug in {"blank-image", "too-many-digits"}  # noqa: PT017 either end is right


def test_the_number_of_pixels_ends_at_the_limit() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 10_000, UPLOAD_PIXELS_MAX // 10_000 + 1, 1, 0, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    body += encoded(paper())[33:]
    assert refusal(body).detail == "the picture has 10000 x 6501 = 65010000 pixels; 65000000 are allowed"


def test_an_animation_is_refused() -> None:
    body = encoded(paper(), save_all=True, append_images=[Image.new("L", (400, 300))])
    assert refusal(body).problem.slug == "animated-image"


@pytest.mark.parametrize(
    ("kind", "start"),
    [(b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0\0\0"), (b"iCCP", b"profile\0\0")],
)
def test_what_is_packed_beside_the_picture_is_not_unpacked_without_end(kind: bytes, start: bytes) -> None:
    packed = bytes(64 << 20)
    body = with_chunk(kind, start + zlib.compress(packed, 1))
    tracemalloc.start()
    try:
        found = boxes(read_digits(body, PNG))
    except ProblemError as error:
        assert error.problem.slug == "unreadable-image"  # noqa: PT017 both ends are right
    else:
        assert found == WANTED
    finally:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < len(packed) // 2


@pytest.mark.parametrize(
    ("body", "media_type"), [(encoded(paper()), JPEG), (encoded(paper(), JPEG), PNG), (b"<svg/>", PNG)]
)
def test_the_first_bytes_must_agree_with_the_type(body: bytes, media_type: str) -> None:
    assert refusal(body, media_type).problem.slug == "content-type-mismatch"


@pytest.mark.parametrize("media_type", [PNG, JPEG])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_file_is_refused(media_type: str, share: float) -> None:
    body = encoded(Image.effect_noise((300, 300), 60), media_type)
    assert refusal(body[: int(len(body) * share)], media_type).problem.slug == "unreadable-image"


def test_pixels_are_784_bytes() -> None:
    assert {len(digit.pixels) for digit in read_digits(encoded(paper()), PNG).digits} == {PIXELS} == {SIDE * SIDE}


@pytest.mark.parametrize(
    "bars",
    [
        ((0, 50, 100, 50), (50, 0, 50, 100)),
        ((0, 0, 100, 100), (100, 0, 0, 100)),
        ((0, 56, 100, 56), (44, 0, 44, 112)),
    ],
)
def test_a_plus_or_a_cross_is_no_digit(bars: tuple[tuple[int, int, int, int], ...]) -> None:
    image = paper((600, 300))
    for bar in bars:
        places = tuple(value + start for value, start in zip(bar, (440, 90, 440, 90), strict=True))
        ImageDraw.Draw(image).line(places, fill=0, width=12)
    found = boxes(read_digits(encoded(image), PNG))
    assert len(found) == len(WANTED)
    assert all(map(close, found, WANTED))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_calibration_changes_probabilities_and_nothing_else(temperature: float) -> None:
    raw = read_digits(encoded(paper()), PNG)
    honest = raw.calibrated(Calibration(temperature=temperature))
    assert (honest.width, honest.height, boxes(honest)) == (raw.width, raw.height, boxes(raw))
    assert [each.digit for each in honest.digits] == [each.digit for each in raw.digits]
    wanted = Calibration(temperature=temperature).honest(raw.digits[0].probabilities)
    assert honest.digits[0].probabilities == wanted


def test_one_digit_of_several_that_fill_the_picture_is_not_all_that_is_read() -> None:
    sheet = Image.new("L", (1440, 480), 255)
    pen = ImageDraw.Draw(sheet)
    for left, breadth in ((200, 30), (700, 45), (1200, 30)):
        pen.line((left, 120, left, 380), fill=0, width=breadth)

    def surest_of_the_broadest(digits: NDArray[np.uint8]) -> NDArray[np.float64]:
        ink = digits.sum(axis=1) / digits.sum(axis=1).max()
        scores = np.full((len(digits), 10), 0.001)
        scores[:, 1] = 0.9 + 0.09 * ink
        return scores

    found = read_picture(encoded(sheet), PNG, surest_of_the_broadest).digits
    assert [round(digit.box[0], -2) for digit in found] == [200, 700, 1200]
