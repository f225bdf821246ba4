"""The search behind emulated tuning jobs: ranges, strategies, and what requests are refused for."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.tuning import checks
from sagemaker_local.sagemaker.tuning.ranges import Choice, Numbers, Range, ranges_of
from sagemaker_local.sagemaker.tuning.strategies import GridSearch, Outcome, Place, strategy_of, values_at

POSITIONS = [number / 1000 for number in range(1000)]


def numbers(least: float, most: float, scale: str = "Linear", *, is_whole: bool = False) -> Numbers:
    return Numbers(name="eta", least=least, most=most, scale=scale, is_whole=is_whole)


@pytest.mark.parametrize("scale", ["Linear", "Logarithmic"])
def test_whole_numbers_reach_both_bounds_and_nothing_else(scale: str) -> None:
    values = [int(numbers(2, 6, scale, is_whole=True).value(position)) for position in POSITIONS]
    assert set(values) == {2, 3, 4, 5, 6}
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("scale", "middle"), [("Linear", 0.255), ("Logarithmic", 0.0707), ("ReverseLogarithmic", 0.2964)]
)
def test_a_scale_decides_what_lies_in_the_middle(scale: str, middle: float) -> None:
    values = [float(numbers(0.01, 0.5, scale).value(position)) for position in POSITIONS]
    assert values == sorted(values)
    assert values[0] == pytest.approx(0.01)
    assert values[500] == pytest.approx(middle, rel=1e-3)
    assert values[-1] == pytest.approx(0.5, rel=0.01)


def test_a_wide_range_is_searched_in_logarithms_unless_told_otherwise() -> None:
    def scale(**more: str) -> str:
        document = {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.001", "MaxValue": "1", **more}]}
        (found,) = ranges_of(document)
        assert isinstance(found, Numbers)
        return found.scale

    assert (scale(), scale(ScalingType="Linear")) == ("Logarithmic", "Linear")


def test_words_have_equal_shares() -> None:
    values = [Choice(name="eta", words=("0.1", "0.2")).value(position) for position in POSITIONS]
    assert (values.count("0.1"), values.count("0.2")) == (500, 500)


def test_a_grid_takes_every_combination_once() -> None:
    ranges = [Choice(name="eta", words=("0.1", "0.2")), Choice(name="max_depth", words=("3", "4", "5"))]
    grid, found = GridSearch(ranges), []
    while (place := grid.next_place([], [])) is not None:
        found.append(values_at(ranges, place))
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize("name", ["Random", "Bayesian"])
def test_a_seed_decides_the_places(name: str) -> None:
    assert searched(name, 7) == searched(name, 7) != searched(name, 8)


@pytest.mark.parametrize("name", ["Random", "Bayesian"])
def test_nothing_is_tried_twice_while_there_is_something_new(name: str) -> None:
    ranges: list[Range] = [Choice(name="max_depth", words=tuple("12345678"))]
    tried: list[Place] = []
    for _ in range(8):
        place = strategy_of(name, ranges, 1).next_place(tried, [])
        assert place is not None
        tried.append(place)
    assert len({values_at(ranges, place) for place in tried}) == 8


def test_the_search_by_neighbours_beats_chance() -> None:
    def best(name: str) -> float:
        return sum(min(loss for _, loss in searched(name, seed)) for seed in range(20))

    assert best("Bayesian") < 0.5 * best("Random")


def searched(name: str, seed: int) -> list[tuple[Place, float]]:
    """Twenty places of a bowl, and how high each lies."""
    ranges: list[Range] = [numbers(0, 1), numbers(0, 1)]
    strategy, tried = strategy_of(name, ranges, seed), list[tuple[Place, float]]()
    for _ in range(20):
        outcomes = [Outcome(place=place, loss=loss) for place, loss in tried]
        place = strategy.next_place([place for place, _ in tried], outcomes)
        assert place is not None
        tried.append((place, (place[0] - 0.3) ** 2 + (place[1] - 0.8) ** 2))
    return tried


ETA = {"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}
REQUEST: dict[str, Any] = {
    "HyperParameterTuningJobName": "tuning",
    "HyperParameterTuningJobConfig": {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:merror"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"ContinuousParameterRanges": [ETA]},
    },
    "TrainingJobDefinition": {
        "StaticHyperParameters": {"num_round": "2"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    },
}


def refusal(path: str, value: Any) -> str:
    """What is said of the request with a member changed; `None` removes it."""
    request = copy.deepcopy(REQUEST)
    *parents, last = path.split(".")
    where = request
    for name in parents:
        where = where[name]
    where[last] = value
    with pytest.raises(ServiceError) as caught:
        checks.check(request)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_the_request_itself_is_accepted() -> None:
    checks.check(REQUEST)


CONFIG = "HyperParameterTuningJobConfig"
RANGES = f"{CONFIG}.ParameterRanges"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (f"{CONFIG}.Strategy", "Hyperband", "not Hyperband"),
        ("TrainingJobDefinition", None, "A TrainingJobDefinition is required"),
        ("WarmStartConfig", {"ParentHyperParameterTuningJobs": []} | {"x": 1}, "has no WarmStartConfig"),
        (f"{CONFIG}.HyperParameterTuningJobObjective", None, "HyperParameterTuningJobObjective is required"),
        (f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "train:merror", "[train:merror], isn't valid"),
        (f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Maximize", "objective metric type, [Maximize]"),
        (RANGES, {}, "at least one range"),
        (f"{RANGES}.ContinuousParameterRanges", [ETA, ETA], "one range only"),
        (f"{RANGES}.ContinuousParameterRanges", [ETA | {"Name": "seed"}], "untunable hyperparameters: [seed]"),
        (f"{RANGES}.ContinuousParameterRanges", [ETA | {"Name": "max_depth"}], "belongs into IntegerParameterRanges"),
        (f"{RANGES}.ContinuousParameterRanges", [ETA | {"MinValue": "0.6"}], "MinValue less than its MaxValue"),
        (
            f"{RANGES}.ContinuousParameterRanges",
            [ETA | {"MaxValue": "1.5"}],
            "1.5 in the range of eta is not in [0, 1]",
        ),
        (f"{RANGES}.ContinuousParameterRanges", [ETA | {"MaxValue": "x"}], "'x' in the range of eta"),
        (
            f"{RANGES}.ContinuousParameterRanges",
            [ETA | {"MinValue": "0", "ScalingType": "Logarithmic"}],
            "MinValue greater than 0",
        ),
        (
            f"{RANGES}.ContinuousParameterRanges",
            [ETA | {"MaxValue": "1", "ScalingType": "ReverseLogarithmic"}],
            "within 0 <= x < 1",
        ),
        (f"{RANGES}.CategoricalParameterRanges", [{"Name": "gamma", "Values": ["1", "1"]}], "must be distinct"),
        (f"{CONFIG}.Strategy", "Grid", "CategoricalParameterRanges only"),
        (f"{CONFIG}.ResourceLimits", {"MaxParallelTrainingJobs": 1}, "MaxNumberOfTrainingJobs or MaxRuntimeInSeconds"),
        (f"{CONFIG}.ResourceLimits.MaxParallelTrainingJobs", 4, "got 4 and 3"),
        ("TrainingJobDefinition.StaticHyperParameters", {"num_round": "2", "eta": "1"}, "static and tuned at once"),
        ("TrainingJobDefinition.StaticHyperParameters", {}, "[num_round]"),
        ("TrainingJobDefinition.ResourceConfig", None, "ResourceConfig is required"),
    ],
)
def test_what_cannot_be_tuned_is_refused_in_one_sentence(path: str, value: Any, expected: str) -> None:
    assert expected in refusal(path, value)


def test_a_grid_has_as_many_training_jobs_as_combinations() -> None:
    request = copy.deepcopy(REQUEST)
    config = request[CONFIG]
    config["Strategy"] = "Grid"
    config["ParameterRanges"] = {"CategoricalParameterRanges": [{"Name": "eta", "Values": ["0.1", "0.2"]}]}
    with pytest.raises(ServiceError, match="its 2 combinations; got 3"):
        checks.check(request)
    del config["ResourceLimits"]["MaxNumberOfTrainingJobs"]
    checks.check(request)
