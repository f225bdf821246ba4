"""Pictures to MNIST's form: golden images worked out by hand, what must not matter, and what is blank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from contract.digit import PIXELS, SIDE
from gateway.problems import ProblemError
from http_api.examples import SEVEN_PNG
from vision.components import drop_specks
from vision.images import decode
from vision.normalise import INK_SIDE, normalise

SEVEN = decode(SEVEN_PNG, "image/png")


def bar(size: tuple[int, int] = (300, 300), box: tuple[int, int, int, int] = (20, 30, 119, 69)) -> Image.Image:
    """Draw a bar of 100 x 40 pixels on white paper, away from the middle."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle(box, fill=0)
    return image


def difference(first: bytes, second: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def test_a_bar_is_scaled_to_twenty_pixels_and_centred() -> None:
    golden = Image.new("L", (SIDE, SIDE))
    golden.paste(255, (4, 10, 4 + 20, 10 + 8))  # its centre of mass is at 9.5, 3.5 of its own 20 x 8
    assert difference(normalise(bar()), golden.tobytes()) < 1.5


def test_the_centre_is_that_of_the_mass() -> None:
    image = bar(box=(20, 30, 69, 229))  # 50 x 200 with a foot of 150 x 50
    ImageDraw.Draw(image).rectangle((20, 180, 169, 229), fill=0)
    pixels = normalise(image)
    mass = sum(pixels)
    x = sum(value * (place % SIDE) for place, value in enumerate(pixels)) / mass
    y = sum(value * (place // SIDE) for place, value in enumerate(pixels)) / mass
    assert abs(x - 14) <= 0.6
    assert abs(y - 14) <= 0.6


def test_a_digit_as_the_data_set_has_it_comes_back_as_it_is() -> None:
    assert normalise(SEVEN) == SEVEN.tobytes()
    assert normalise(ImageOps.invert(SEVEN)) == SEVEN.tobytes()


@pytest.mark.parametrize("side", [56, 140, 280, 400])
@pytest.mark.parametrize("invert", [False, True])
def test_size_and_shade_do_not_matter(side: int, invert: bool) -> None:
    image = SEVEN.resize((side, side), Image.Resampling.BICUBIC)
    assert difference(normalise(ImageOps.invert(image) if invert else image), SEVEN.tobytes()) < 8


@pytest.mark.parametrize(("left", "top"), [(0, 0), (200, 10), (90, 140)])
def test_the_place_on_the_paper_does_not_matter(left: int, top: int) -> None:
    paper = Image.new("L", (400, 300), 255)
    paper.paste(ImageOps.invert(SEVEN).resize((140, 140), Image.Resampling.BICUBIC), (left, top))
    assert difference(normalise(paper), SEVEN.tobytes()) < 8


def test_grey_ink_on_grey_paper_becomes_full_ink() -> None:
    faint = bar().point(lambda value: 140 + value // 6)
    assert difference(normalise(faint), normalise(bar())) < 1


def test_light_from_one_side_and_specks_do_not_matter() -> None:
    seven = SEVEN.resize((280, 280), Image.Resampling.BICUBIC)
    lit = Image.linear_gradient("L").resize(seven.size).point(lambda value: 255 - value // 3)
    image = Image.composite(Image.new("L", seven.size, 20), lit, seven)
    ImageDraw.Draw(image).rectangle((250, 250, 253, 253), fill=20)
    assert difference(normalise(image), SEVEN.tobytes()) < 10


@pytest.mark.parametrize("shade", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (28, 28), (300, 7), (400, 400)])
def test_a_blank_picture_is_a_problem(size: tuple[int, int], shade: int) -> None:
    with pytest.raises(ProblemError) as caught:
        normalise(Image.new("L", size, shade))
    assert (caught.value.problem.slug, caught.value.problem.status) == ("blank-image", 422)


def test_paper_with_a_little_noise_is_blank() -> None:
    with pytest.raises(ProblemError, match="nothing stands out"):
        normalise(Image.effect_noise((300, 300), 4))


def test_small_strokes_go_and_large_ones_stay() -> None:
    image = Image.new("L", (300, 300))
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 50, 249, 89), fill=255)
    draw.rectangle((50, 150, 119, 189), fill=255)
    draw.rectangle((280, 280, 284, 284), fill=255)
    kept = drop_specks(image)
    assert kept is not None
    assert kept[1] == (50, 50, 250, 190)
    assert kept[0].getpixel((282, 282)) == 0


@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False), st.sampled_from([2, 3, 256]))
def test_any_picture_ends_in_a_digit_or_is_blank(width: int, height: int, chance: object, shades: int) -> None:
    values = bytes(chance.randrange(shades) * (255 // (shades - 1)) for _ in range(width * height))  # type: ignore[attr-defined]
    try:
        pixels = normalise(Image.frombytes("L", (width, height), values))
    except ProblemError as error:
        assert error.problem.slug == "blank-image"  # noqa: PT017 both ends are right
        return
    assert len(pixels) == PIXELS
    box = Image.frombytes("L", (SIDE, SIDE), pixels).getbbox()
    assert box is not None
    assert max(box[2] - box[0], box[3] - box[1]) <= INK_SIDE
