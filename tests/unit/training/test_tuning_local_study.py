"""The search on this machine: repeatable, resumable, stopped early when hopeless, and it finds something better."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.training_digits import small_split
from training.commands.command_line import main
from training.common.errors import DataError, FitError
from training.model.watching import Round
from training.tuning.local_study import Task, search, some_rows
from training.tuning.search_space import DEFAULT_SPACE, Range, SearchSpace
from training.tuning.trials import Outcome, Search, Trial, read_best

pytestmark = pytest.mark.slow

SPACE = SearchSpace(
    ranges=(
        Range(name="eta", least=0.001, most=0.9, scale="log"),
        Range(name="max_depth", least=1, most=4),
    )
)
FIXED = {
    "num_round": "9", "objective": "multi:softprob", "num_class": "10", "tree_method": "hist", "max_bin": "4",
    "nthread": "1", "eval_metric": "merror,mlogloss", "seed": "1", "colsample_bytree": "0.03",
}  # fmt: skip
TASK = Task(space=SPACE, fixed=FIXED, train=small_split(60, seed=1), validation=small_split(40, seed=2), seed=3)


ROUNDS: dict[int, int] = {}
"""Rounds done by each trial of the fixture `whole`."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Search:
    """A search of ten trials without a break."""

    def note(number: int, round_: Round) -> None:
        ROUNDS[number] = round_.number

    return search(TASK, tmp_path_factory.mktemp("tuning") / "journal.log", trials=10, on_round=note)


def values(found: Search) -> list[dict[str, str]]:
    return [dict(trial.values) for trial in found.trials]


def test_there_are_as_many_trials_as_asked_for_and_the_best_is_first(whole: Search) -> None:
    assert [trial.name for trial in whole.trials] == [str(number) for number in range(1, 11)]
    assert whole.best is not None
    assert whole.best is whole.ranked[0]
    done = [trial.metric or 0 for trial in whole.ranked if trial.outcome is Outcome.DONE]
    assert done == sorted(done)
    assert done[0] < done[-1]


def test_hopeless_trials_are_stopped_before_their_last_round(whole: Search) -> None:
    pruned = [int(trial.name) for trial in whole.trials if trial.outcome is Outcome.PRUNED]
    assert pruned
    assert all(5 <= ROUNDS[number] < 9 for number in pruned)
    assert {ROUNDS[number] for number in ROUNDS if number not in pruned} == {9}
    assert min(pruned) > 5  # the first ones are what the others are compared with


def test_a_search_in_two_goes_tries_the_same_values_as_one_in_one(whole: Search, tmp_path: Path) -> None:
    journal = tmp_path / "journal.log"
    assert len(search(TASK, journal, trials=4).trials) == 4
    assert values(search(TASK, journal, trials=10)) == values(whole)


def test_one_that_was_interrupted_gives_up_the_running_trial_and_goes_on(whole: Search, tmp_path: Path) -> None:
    journal = tmp_path / "journal.log"
    asked: list[Round] = []

    def note(_number: int, round_: Round) -> None:
        asked.append(round_)

    stopped = search(TASK, journal, trials=12, on_round=note, stop_requested=lambda: len(asked) >= 12)
    assert len(stopped.trials) == 1
    assert values(search(TASK, journal, trials=3)) == values(whole)[:3]


def test_the_defaults_are_tried_first_also_after_an_interruption(tmp_path: Path) -> None:
    space = SearchSpace(ranges=(Range(name="eta", least=0.001, most=0.9), Range(name="subsample", least=0.5, most=1)))
    task, journal = replace(TASK, space=space), tmp_path / "journal.log"
    asked: list[Round] = []

    def note(_number: int, round_: Round) -> None:
        asked.append(round_)

    assert search(task, journal, trials=1, on_round=note, stop_requested=lambda: len(asked) >= 1).trials == ()
    found = search(task, journal, trials=3)
    assert found.trials[0].values == {"eta": "0.35", "subsample": "1.0"} == space.defaults
    assert found.baseline is found.trials[0]
    assert len({tuple(trial.values.items()) for trial in found.trials}) == 3


def test_another_task_begins_anew_in_the_same_journal(whole: Search, tmp_path: Path) -> None:
    journal = tmp_path / "journal.log"
    search(TASK, journal, trials=1)
    other = search(replace(TASK, seed=4), journal, trials=1)
    assert values(other) != values(whole)[:1]


def test_no_trial_is_begun_when_the_time_is_over(tmp_path: Path) -> None:
    found = search(TASK, tmp_path / "journal.log", trials=2, timeout_seconds=0)
    assert found.trials == ()
    assert found.best_json() is None


def test_rows_are_picked_the_same_for_a_seed() -> None:
    split = small_split(100)
    one, two = (some_rows("train", split, 20, seed=5) for _ in range(2))
    assert (one.images == two.images).all()
    assert len(one) == 20
    assert some_rows("train", split, 1000, seed=5) is split
    with pytest.raises(DataError, match="9 rows of train are too few"):
        some_rows("train", split, 9, seed=5)


def test_trials_without_a_metric_come_last() -> None:
    def trial(name: str, metric: float | None, outcome: Outcome) -> Trial:
        return Trial(name=name, values={}, metric=metric, seconds=None, outcome=outcome)

    trials = (
        trial("failed", None, Outcome.FAILED), trial("pruned", 0.1, Outcome.PRUNED), trial("worse", 0.3, Outcome.DONE),
        trial("nan", float("nan"), Outcome.DONE), trial("better", 0.2, Outcome.DONE),
    )  # fmt: skip
    found = Search(where="local", space=SPACE, fixed={}, trials=trials)
    assert [each.name for each in found.ranked] == ["better", "worse", "pruned", "failed", "nan"]


def test_the_command_writes_what_fit_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.support.training_digits import small_data_folder

    small_data_folder(tmp_path)
    tune = ["--build", str(tmp_path), "tune", "--trials", "4", "--num-round", "3", "--set", "rows=50",
            "--set", "validation_rows=50", "--set", "nthread=1", "--set", "max_leaves=4",
            "--set", "early_stopping_rounds="]  # fmt: skip
    assert main(tune) == 0
    best = json.loads((tmp_path / "tuning/best.json").read_bytes())
    assert best["objective"] == "validation:mlogloss"
    assert best["hyperparameters"] == read_best(tmp_path / "tuning/best.json")
    given = {"max_leaves": "4", "nthread": "1", "early_stopping_rounds": ""}
    assert given.items() <= best["hyperparameters"].items()
    assert set(best["hyperparameters"]) == {*given, *DEFAULT_SPACE.names}
    assert (tmp_path / "tuning/trials.png").read_bytes().startswith(b"\x89PNG")
    told = capsys.readouterr().out
    assert "defaults" in told
    assert "fit --from-tuning" in told
    assert main(["--build", str(tmp_path), "fit", "--from-tuning", "--num-round", "2"]) == 0
    used = json.loads((tmp_path / "model/fit.json").read_bytes())["hyperparameters"]
    assert {name: text for name, text in best["hyperparameters"].items() if text}.items() <= used.items()
    assert "early_stopping_rounds" not in used
    assert used["num_round"] == "2"


def test_without_optuna_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(
        FitError, match=r"'pip install --group scale' with pip 25\.1 or newer, or use --where sagemaker"
    ):
        search(TASK, tmp_path / "journal.log", trials=1)


def test_fit_says_how_to_get_what_a_search_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), "fit", "--from-tuning"]) == 2
    assert f"run: python -m training --build {tmp_path} tune" in capsys.readouterr().err
