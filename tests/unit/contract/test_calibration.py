"""What a temperature does to the probabilities of a digit, and from where on a digit is unsure."""

from __future__ import annotations

import pytest

from contract.calibration import Calibration

SCORES = (0.6, 0.25, 0.1, 0.03, 0.01, 0.005, 0.003, 0.001, 0.001, 0.0)


def test_without_a_measurement_probabilities_stay_as_they_are() -> None:
    assert Calibration().honest(SCORES) == SCORES


@pytest.mark.parametrize("temperature", [0.1, 0.5, 0.999, 1.001, 2.0, 10.0])
def test_a_temperature_keeps_their_order_and_their_sum(temperature: float) -> None:
    honest = Calibration(temperature=temperature).honest(SCORES)
    assert sum(honest) == pytest.approx(1, abs=1e-12)
    assert sorted(honest, reverse=True) == list(honest)
    assert honest[0] < SCORES[0] if temperature > 1 else honest[0] > SCORES[0]


def test_a_temperature_divides_the_logarithms() -> None:
    honest = Calibration(temperature=2.0).honest([0.8, 0.2, *[0.0] * 8])
    assert honest[0] / honest[1] == pytest.approx(2)


def test_a_class_that_the_model_excludes_is_believed_so_far_only() -> None:
    honest = Calibration(temperature=2.0).honest([1.0, *[0.0] * 9])
    assert honest[1] == pytest.approx(1e-6, rel=1e-4)


def test_a_digit_is_unsure_below_the_threshold_and_not_at_it() -> None:
    calibration = Calibration(unsure_below=0.9)
    assert [calibration.unsure(value) for value in (0.0, 0.8999, 0.9, 1.0)] == [True, True, False, False]


def test_a_digit_that_is_unlike_those_of_its_class_is_unsure_however_probable() -> None:
    calibration = Calibration(unsure_below=0.9, unlike_above=2.0)
    assert [calibration.unsure(1.0, distance) for distance in (0.0, 2.0, 2.001)] == [False, False, True]
    assert calibration.unsure(0.5, 0.0)


def test_without_a_threshold_no_distance_makes_a_digit_unsure() -> None:
    assert not Calibration(unsure_below=0.9).unsure(1.0, 1000.0)
