"""What looks like the digits of a class and what does not, and that the table is that of the training digits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from contract.calibration import Calibration
from contract.digit import PIXELS, SIDE
from digit_model.classify import EndpointOutput, classify
from likeness.distance import EDGES, classes, distances, edges
from likeness.table import MEAN_UNIT, REST, SPREAD_UNIT
from tests.support.photographs import mnist_digits
from tools.likeness import TABLE, Shapes, measure, source
from training.data.dataset import Split
from vision.sheet import DigitImage, Sheet

FAR = 2.35
"""What the promoted model allows."""

Points = list[tuple[int, int]]
SIGNS: dict[str, tuple[int, list[Points]]] = {
    "Y for 4": (4, [[(6, 4), (14, 13)], [(21, 4), (14, 13), (13, 24)]]),
    "hash for 8": (8, [[(10, 4), (8, 23)], [(18, 4), (16, 23)], [(4, 10), (23, 10)], [(4, 17), (23, 17)]]),
    "star for 8": (8, [[(13, 4), (19, 23), (4, 11), (23, 11), (8, 23), (13, 4)]]),
    "arrow for 7": (7, [[(4, 14), (23, 14)], [(17, 8), (23, 14), (17, 20)]]),
    "check mark for 7": (7, [[(4, 14), (10, 22), (23, 6)]]),
    "triangle for 0": (0, [[(13, 4), (23, 22), (4, 22), (13, 4)]]),
    "W for 4": (4, [[(4, 6), (9, 21), (14, 10), (19, 21), (24, 6)]]),
}


def drawn(lines: list[Points]) -> bytes:
    """Lines as broad as MNIST's strokes."""
    large = np.zeros((SIDE * 8, SIDE * 8), np.uint8)
    for line in lines:
        cv2.polylines(large, [np.array(line, np.int32) * 8], isClosed=False, color=255, thickness=20)
    return np.asarray(cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8).tobytes()


def test_written_digits_are_near_those_of_their_class_and_far_from_the_others() -> None:
    images, labels = (each[:2000] for each in mnist_digits())
    rows = [row.tobytes() for row in images.reshape(-1, PIXELS)]
    own = distances(rows, labels.tolist())
    assert (own > FAR).mean() < 0.04
    assert (distances(rows, ((labels + 1) % 10).tolist()) > FAR).mean() > 0.95


@pytest.mark.parametrize("name", SIGNS)
def test_signs_and_letters_are_far_from_the_digit_that_they_are_taken_for(name: str) -> None:
    digit, lines = SIGNS[name]
    assert distances([drawn(lines)], [digit])[0] > FAR


def test_each_shape_is_judged_alone() -> None:
    shapes = [drawn(lines) for _, lines in SIGNS.values()]
    digits = [digit for digit, _ in SIGNS.values()]
    alone = [distances([shape], [digit])[0] for shape, digit in zip(shapes, digits, strict=True)]
    assert distances(shapes, digits) == pytest.approx(alone, rel=1e-5)


def test_nothing_and_a_blank_field_have_distances() -> None:
    assert distances([], []).shape == (0,)
    assert np.isfinite(distances([bytes(PIXELS)], [3])).all()
    assert edges(np.zeros((2, PIXELS), np.uint8)).shape == (2, EDGES)


def test_a_sign_is_unsure_on_a_sheet_and_as_a_row_however_sure_the_model_is() -> None:
    sure = tuple(0.991 if digit == 4 else 0.001 for digit in range(10))
    sign = drawn(SIGNS["Y for 4"][1])

    class SureOfFours:
        def invoke(self, csv: bytes, *, correlation_id: str = "") -> EndpointOutput:
            line = ",".join(map(str, sure)).encode()
            return EndpointOutput(content_type="text/csv", body=b"\n".join([line] * len(csv.split(b"\n"))))

    sheet = Sheet(width=9, height=9, digits=(DigitImage(pixels=sign, box=(0, 0, 1, 1), probabilities=sure),))
    for above, unsure in ((FAR, True), (None, False)):
        calibration = Calibration(unsure_below=0.9, unlike_above=above)
        (row,) = classify([sign], SureOfFours(), canonical_form=1, calibration=calibration)
        assert (sheet.calibrated(calibration).digits[0].unsure, row.unsure) == (unsure, unsure)


def test_the_table_is_written_as_the_program_writes_it() -> None:
    assert source(Shapes(*classes(), REST)) == TABLE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_table_is_what_is_measured_of_the_training_digits() -> None:
    images, labels = (each[:50_000] for each in mnist_digits("train"))
    found, (means, spreads) = measure(Split(images=images.reshape(-1, PIXELS), labels=labels)), classes()
    assert found.rest == pytest.approx(REST, rel=1e-3)
    assert abs(found.means - means).max() <= MEAN_UNIT
    assert abs(abs(found.spreads) - abs(spreads)).max() <= SPREAD_UNIT  # a direction has no sign
