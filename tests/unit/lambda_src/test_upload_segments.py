"""The steps from a grey picture to digits, each by itself: paper, ink, strokes, parts, order, and whole photographs."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from gateway.problems import ProblemError
from tests.support.photographs import BLACK, BLUE, BOARD, CHALK, PENCIL, WOOD, Scene, mnist_digits, photograph
from vision.contrast import find_ink, is_dark_on_light
from vision.digits import find_digits
from vision.histograms import otsu, quantile
from vision.paper import find_paper, hull
from vision.parts import join_parts
from vision.reading import read_digits
from vision.reading_order import in_reading_order
from vision.ruling import without_ruling
from vision.strokes import Box, Stroke, find_strokes


def drawn(*boxes: Box, size: tuple[int, int] = (400, 300), ink: int = 255, paper: int = 0) -> Image.Image:
    """Draw boxes; right and lower are outside."""
    image = Image.new("L", size, paper)
    for left, upper, right, lower in boxes:
        ImageDraw.Draw(image).rectangle((left, upper, right - 1, lower - 1), fill=ink)
    return image


def stroke(*boxes: Box) -> Stroke:
    return Stroke(runs=tuple((row, box[0], box[2]) for box in boxes for row in range(box[1], box[3])))


def ring(left: int, upper: int, width: int = 60, height: int = 100, pen: int = 10) -> Stroke:
    right, lower = left + width, upper + height
    return stroke(
        (left, upper, right, upper + pen),
        (left, upper + pen, left + pen, lower - pen),
        (right - pen, upper + pen, right, lower - pen),
        (left, lower - pen, right, lower),
    )


def test_strokes_hang_together_over_corners_and_not_over_the_ends_of_lines() -> None:
    mask = drawn((0, 0, 2, 2), (2, 2, 4, 4), (5, 0, 6, 1), (0, 5, 1, 6), (9, 4, 10, 5), size=(10, 6))
    assert [found.box for found in find_strokes(mask)] == [(0, 0, 4, 4), (5, 0, 6, 1), (9, 4, 10, 5), (0, 5, 1, 6)]


def test_arms_that_meet_below_are_one_stroke() -> None:
    (found,) = find_strokes(drawn((0, 0, 1, 5), (4, 0, 5, 5), (8, 0, 9, 5), (0, 5, 9, 6), size=(12, 8)))
    assert (found.box, found.area) == ((0, 0, 9, 6), 24)


@pytest.mark.parametrize("seed", range(20))
def test_strokes_are_those_that_a_flood_finds(seed: int) -> None:
    chance, size = random.Random(seed), (23, 17)
    mask = Image.new("L", size)
    for _ in range(chance.randrange(200)):
        mask.putpixel((chance.randrange(size[0]), chance.randrange(size[1])), 255)
    left = {(x, y) for x in range(size[0]) for y in range(size[1]) if mask.getpixel((x, y))}
    flooded = set()
    while left:
        pool = [left.pop()]
        for x, y in pool:
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= near
            pool.extend(near)
        flooded.add(frozenset(pool))
    found = {
        frozenset((x, row) for row, start, end in each.runs for x in range(start, end)) for each in find_strokes(mask)
    }
    assert found == flooded


def test_a_stroke_draws_itself_inside_a_box() -> None:
    found = ring(10, 20)
    assert found.mask((0, 0, 100, 140)).getbbox() == found.box
    assert found.mask((10, 20, 70, 120)).histogram()[255] == found.area
    assert found.mask((0, 0, 20, 30)).getbbox() == (10, 20, 20, 30)


@pytest.mark.parametrize("pen", [4, 10, 20])
def test_thickness_is_about_that_of_the_pen(pen: int) -> None:
    assert ring(0, 0, 100, 160, pen).thickness == pytest.approx(pen, rel=0.1)


def test_the_hull_of_a_region_has_its_corners_in_order() -> None:
    assert hull(stroke((2, 1, 9, 5), (4, 5, 6, 8))) == [(2, 1), (8, 1), (8, 4), (5, 7), (4, 7), (2, 4)]


def test_otsu_parts_two_shades_and_quantiles_count() -> None:
    histogram = [0] * 256
    histogram[40:60], histogram[200:210] = [10] * 20, [40] * 10
    assert 59 <= otsu(histogram) < 200
    assert (quantile(histogram, 0.25), quantile(histogram, 1.0)) == (54, 209)


def test_a_sheet_on_a_dark_desk_is_found() -> None:
    desk = drawn((120, 80, 560, 400), size=(640, 480), paper=70, ink=220)
    paper = find_paper(desk.rotate(7, fillcolor=70))
    assert paper
    inside = drawn((120, 80, 560, 400), size=(640, 480)).rotate(7)
    both, either = (
        np.count_nonzero(way(np.asarray(inside) > 0, np.asarray(paper.inside) > 0))
        for way in (np.logical_and, np.logical_or)
    )
    assert 0.88 < both / either <= 1


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("L", (640, 480), 220),
        drawn((120, 80, 560, 400), size=(640, 480), paper=170, ink=220),  # a light desk
        drawn((0, 0, 640, 480), (100, 60, 540, 420), size=(640, 480), paper=200, ink=60),  # all dark
        drawn((290, 60, 350, 420), size=(640, 480), paper=20, ink=230),  # a light 1 on black
        drawn(
            (200, 60, 440, 110),
            (200, 110, 250, 370),
            (390, 110, 440, 370),
            (200, 370, 440, 420),
            size=(640, 480),
            ink=230,
        ),
    ],
    ids=["plain", "light desk", "dark", "light 1", "light 0"],
)
def test_what_is_no_sheet_on_a_dark_desk_is_not_taken_for_one(picture: Image.Image) -> None:
    assert find_paper(picture) is None


@pytest.mark.parametrize("dark", [True, False])
def test_ink_is_what_is_rare(dark: bool) -> None:
    digit = drawn((180, 60, 220, 240), ink=20 if dark else 230, paper=230 if dark else 20)
    assert is_dark_on_light(digit) == dark
    ink = find_ink(digit, None)
    assert ink
    assert ink.image.point(ink.is_stroke).getbbox() == (180, 60, 220, 240)


def test_shadow_does_not_change_how_strong_ink_is() -> None:
    page = drawn((80, 100, 100, 200), (300, 100, 320, 200), paper=220, ink=44)
    page.paste(page.crop((200, 0, 400, 300)).point(lambda value: value // 2), (200, 0))
    ink = find_ink(page, None)
    assert ink
    lit, shadowed = (ink.image.getpixel((x, 150)) for x in (90, 310))
    assert lit == pytest.approx(shadowed, abs=3)


def test_the_bar_of_a_five_joins_and_the_next_digit_does_not() -> None:
    body, bar, neighbour = ring(100, 130, 60, 80), stroke((110, 105, 170, 113)), ring(180, 110)
    found = join_parts([body, bar, neighbour], 100)
    assert sorted(digit.box for digit in found) == [(100, 105, 170, 210), (180, 110, 240, 210)]


def test_a_part_joins_over_a_gap_that_ends() -> None:
    body = ring(100, 130, 60, 80)
    assert len(join_parts([body, stroke((100, 89, 160, 97))], 100)) == 1
    assert len(join_parts([body, stroke((100, 84, 160, 92))], 100)) == 2


def test_dirt_dashes_edges_and_pieces_of_the_desk_are_dropped() -> None:
    digits = [ring(100, 100), ring(300, 110), ring(500, 90)]
    others = [
        stroke((200, 200, 206, 206)),  # a speck
        stroke((390, 150, 470, 162)),  # a dash
        stroke((0, 0, 40, 800)),  # a desk along the whole side
        stroke((50, 700, 900, 706)),  # a line
        stroke((700, 300, 900, 500)),  # a block
    ]
    assert find_digits([*digits, *others], (1000, 800)) == digits


def test_a_lone_digit_may_fill_its_picture() -> None:
    assert len(find_digits([ring(0, 0, 300, 400, 40)], (300, 400))) == 1


@pytest.mark.parametrize("slant", [-10, -5, 0, 5, 10])
@pytest.mark.parametrize(("rows", "columns"), [(1, 9), (3, 5), (7, 8)])
def test_rows_are_read_from_left_to_right_however_they_are_slanted(slant: int, rows: int, columns: int) -> None:
    chance = random.Random(slant)
    places = [
        (
            200 + column * 150 + chance.randint(-15, 15),
            400 + row * 170 + round(column * 150 * np.tan(np.radians(slant))) + chance.randint(-15, 15),
        )
        for row in range(rows)
        for column in range(columns)
    ]
    digits = [ring(x, y, 60, chance.randint(70, 110)) for x, y in places]
    shuffled = chance.sample(digits, len(digits))
    assert [digit.box for digit in in_reading_order(shuffled)] == [digit.box for digit in digits]


ORDINARY = Scene(size=(1200, 900), light=0.65, noise=5, turn=2)

SCENES = {
    "lamp": ORDINARY,
    "desk": replace(ORDINARY, desk=WOOD, turn=-8),
    "light desk": replace(ORDINARY, desk=(170, 140, 105)),
    "slanted": replace(ORDINARY, slant=9, rows=2, columns=6, turn=0),
    "ruled": replace(ORDINARY, lines="ruled"),
    "squared, blue": replace(ORDINARY, lines="squared", ink=BLUE),
    "pencil": replace(ORDINARY, ink=PENCIL),
    "blackboard": replace(ORDINARY, paper=BOARD, ink=CHALK),
    "shadow": replace(ORDINARY, light=0.8, shadow=0.55),
    "shadow on a desk": replace(ORDINARY, light=0.8, shadow=0.5, desk=WOOD),
    "noise": replace(ORDINARY, noise=16, blur=1.8, quality=50),
    "thin pen": replace(ORDINARY, pen=0.035),
    "thick pen": replace(ORDINARY, pen=0.18),
    "parts apart": replace(ORDINARY, pen=0.07, gap=0.04),
    "small": replace(ORDINARY, size=(640, 480)),
    "one on a desk": replace(ORDINARY, rows=1, columns=1, height=(0.3, 0.5), desk=WOOD),
}


QUICK = {"blackboard", "shadow on a desk", "parts apart", "small"}
"""Photographs that the quick loop reads too."""


@pytest.mark.parametrize(
    "scene", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SCENES]
)
@pytest.mark.slow
def test_all_digits_of_a_photograph_are_found_in_order_and_nothing_else(scene: str) -> None:
    chosen = SCENES[scene]
    count = chosen.rows * chosen.columns
    digits, _ = mnist_digits()
    whole = [index for index in range(200) if len(find_strokes(mask(digits[index]))) == 1]
    indices = [number % 10 for number in range(count)] if chosen.pen else whole[:count]
    seen = photograph(chosen, digits, indices, 5)
    sheet = read_digits(seen.jpeg(chosen.quality), "image/jpeg")
    assert (sheet.width, sheet.height) == chosen.size
    assert len(sheet.digits) == count
    for (x, y), digit in zip(seen.middles, sheet.digits, strict=True):
        left, top, width, height = digit.box
        assert left <= x <= left + width
        assert top <= y <= top + height


LINED = Scene(size=(1000, 560), rows=1, columns=5, height=(0.4, 0.45), pen=0.08, lines="ruled", noise=2, blur=0.6)

RULINGS = {
    "over the ink": replace(LINED, lines_over=True, line_width=3, line_colour=(150, 170, 220)),
    "grey, aslant": replace(LINED, turn=-4.4, line_width=2, line_colour=(130, 130, 130)),
    "as dark as the ink": replace(LINED, line_width=2, line_colour=BLACK),
    "dark squares, aslant": replace(LINED, lines="squared", turn=3.3, line_width=2, line_colour=(80, 90, 140)),
    "faint squares": replace(LINED, lines="squared", line_width=1, line_colour=(210, 212, 215)),
}

QUICK_RULINGS = {"over the ink", "as dark as the ink", "dark squares, aslant"}


@pytest.mark.parametrize(
    "ruling",
    [name if name in QUICK_RULINGS else pytest.param(name, marks=pytest.mark.slow) for name in RULINGS],
)
@pytest.mark.slow
def test_lines_of_the_paper_neither_join_digits_nor_part_them(ruling: str) -> None:
    labels = [1, 2, 7, 4, 5]
    seen, bare = (
        photograph(scene, mnist_digits()[0], labels, 3)
        for scene in (RULINGS[ruling], replace(RULINGS[ruling], lines=""))
    )
    found, wanted = (read_digits(picture.jpeg(), "image/jpeg").digits for picture in (seen, bare))
    assert len(found) == len(wanted) == 5
    for digit, alone in zip(found, wanted, strict=True):
        assert digit.box == pytest.approx(alone.box, abs=9)
        ours, theirs = (Image.frombytes("L", (28, 28), each.pixels) for each in (digit, alone))
        # Where the centre of mass is between two pixels, either is right.
        shifts = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        unlike = min(sum(ImageChops.difference(ImageChops.offset(ours, *by), theirs).tobytes()) for by in shifts)
        assert unlike < 0.25 * sum(alone.pixels)


@pytest.mark.slow
def test_lines_as_dark_and_as_thick_as_the_strokes_are_a_problem() -> None:
    scene = replace(LINED, pen=0.02, line_width=4, line_colour=BLACK)
    with pytest.raises(ProblemError, match="lines of the paper are as dark and as thick"):
        read_digits(photograph(scene, mnist_digits()[0], [1, 2, 3, 4, 5], 3).jpeg(), "image/jpeg")


def test_a_blank_ruled_sheet_is_blank() -> None:
    with pytest.raises(ProblemError) as caught:
        read_digits(photograph(LINED, mnist_digits()[0], [], 3).jpeg(), "image/jpeg")
    assert caught.value.problem.slug == "blank-image"


def test_a_stroke_goes_on_across_a_line_and_a_line_does_not_stay() -> None:
    rules = [(0, y, 400, y + 3) for y in (50, 100, 150, 200, 250)]
    inside = Image.new("L", (400, 300), 255)
    for under, over in ((90, 255), (255, 255)):
        image = drawn(*rules, ink=under)
        image.paste(over, (190, 70, 210, 230))
        cleaned, lines = without_ruling(image, inside, 6)
        assert len(lines) == 5
        assert cleaned.getbbox() == (190, 70, 210, 230)
        assert cleaned.histogram()[255] == 20 * 160


@pytest.mark.parametrize(
    "boxes",
    [
        ((20, 30, 380, 36), (20, 30, 26, 270), (20, 150, 380, 156), (374, 150, 380, 270), (20, 264, 380, 270)),
        ((0, 0, 400, 8), (392, 0, 400, 300)),
        ((0, 148, 400, 152), (198, 0, 202, 300)),
    ],
    ids=["an angular 5", "a 7 as large as its picture", "a cross"],
)
def test_long_bars_are_no_ruling(boxes: tuple[Box, ...]) -> None:
    image = drawn(*boxes)
    cleaned, lines = without_ruling(image, Image.new("L", image.size, 255), 6)
    assert cleaned is image
    assert not lines


def mask(pixels: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Image.Image:
    return Image.fromarray(pixels).point([255 if value > 100 else 0 for value in range(256)])
