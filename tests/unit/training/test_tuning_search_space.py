"""What may be searched: the container's tunable hyperparameters, within its ranges, said in one sentence if not."""

from __future__ import annotations

import pytest

from training.common.errors import HyperparameterError
from training.model.hyperparameter_rules import RULES
from training.tuning.fixed import fixed_hyperparameters
from training.tuning.request import parameter_ranges, space_of
from training.tuning.search_space import DEFAULT_SPACE, TUNABLE, Range, SearchSpace, range_from, space_from


def test_what_a_person_writes_is_what_is_searched() -> None:
    assert range_from("eta=0.05:0.5:log") == Range(name="eta", least=0.05, most=0.5, scale="log")
    assert range_from("learning_rate=0.1:0.2") == Range(name="eta", least=0.1, most=0.2)
    assert range_from("max_depth=2:8").is_whole


def test_the_default_space_is_valid_and_used_when_nothing_is_said() -> None:
    assert space_from([]) is DEFAULT_SPACE
    assert set(DEFAULT_SPACE.names) <= set(TUNABLE) <= set(RULES)


def test_every_hyperparameter_that_can_be_searched_has_a_default() -> None:
    least = {"num_round": 1, **{name: 0.1 for name in TUNABLE if "sample" in name}}
    space = SearchSpace(
        ranges=tuple(
            Range(name=name, least=least.get(name, 0), most=99 if name == "num_round" else 1) for name in TUNABLE
        )
    )
    assert tuple(space.defaults) == TUNABLE
    assert (space.defaults["num_round"], space.defaults["gamma"]) == ("60", "0.0")
    assert SearchSpace(ranges=(range_from("eta=0.1:0.9"), range_from("max_depth=2:8"))).defaults == {}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("max_leaves=2:8", "max_leaves cannot be searched, allowed are num_round, eta"),
        ("eta", r"--search eta is not NAME=LEAST:MOST"),
        ("eta=1", r"--search eta=1 is not NAME=LEAST:MOST"),
        ("eta=a:b", "bounds that are not numbers"),
        ("eta=0:nan", "bounds that are not numbers"),
        ("eta=0.5:0.1", "must be the lower one"),
        ("eta=0.1:0.1", "must be the lower one"),
        ("eta=0.1:2", "hyperparameter eta: 2.0 is not in"),
        ("eta=0:0.5:log", "on a log scale it must begin above 0"),
        ("eta=0.1:0.5:square", "allowed are linear, log"),
        ("max_depth=1.5:4", "expected a whole number"),
    ],
)
def test_a_wrong_range_is_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(HyperparameterError, match=complaint) as caught:
        range_from(text)
    assert "\n" not in str(caught.value)


def test_a_name_is_searched_once() -> None:
    with pytest.raises(HyperparameterError, match="eta, eta, expected 1 to 30"):
        space_from(["eta=0.1:0.2", "learning_rate=0.1:0.3"])


@pytest.mark.parametrize("value", [0.001, 0.0012345678, 1 / 3, 0.05, 0.99999, 1])
def test_values_are_texts_that_the_container_reads_back(value: float) -> None:
    each = Range(name="eta", least=0.001, most=1)
    assert RULES["eta"].parse("eta", each.text(value)) == pytest.approx(value, rel=1e-3)


def test_sagemaker_is_told_the_same_space() -> None:
    space = SearchSpace(
        ranges=(
            Range(name="max_depth", least=2, most=8),
            Range(name="eta", least=0.05, most=0.5, scale="log"),
            Range(name="subsample", least=0.5, most=1),
        )
    )
    ranges = parameter_ranges(space)
    assert ranges["IntegerParameterRanges"] == [
        {"Name": "max_depth", "MinValue": "2", "MaxValue": "8", "ScalingType": "Linear"}
    ]
    assert ranges["ContinuousParameterRanges"][0] == {
        "Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Logarithmic",
    }  # fmt: skip
    assert space_of(ranges) == space


def test_the_metric_that_decides_is_the_one_that_is_minimised() -> None:
    fixed = fixed_hyperparameters(DEFAULT_SPACE, {"max_leaves": "31"}, num_round="7", trains_here=True)
    assert fixed["eval_metric"].split(",")[-1] == "mlogloss"
    assert (fixed["num_round"], fixed["max_leaves"]) == ("7", "31")
    assert not set(fixed) & set(DEFAULT_SPACE.names)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("eta=0.1", "eta is both set and searched"),
        ("eval_metric=merror", "eval_metric cannot be set"),
        ("depth=3", "extraneous hyperparameter found: depth"),
        ("objective=binary:logistic", "does not fit digits"),
    ],
)
def test_what_stays_the_same_is_checked_before_anything_runs(setting: str, complaint: str) -> None:
    with pytest.raises(HyperparameterError, match=complaint):
        fixed_hyperparameters(DEFAULT_SPACE, dict([setting.split("=")]), trains_here=True)
