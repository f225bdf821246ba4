"""Search on this machine with Optuna: seeded, with hopeless trials stopped early, resumable. Writes only its journal.

The first trial has the defaults, so that there is something to compare with. Trial number n is drawn by a sampler
seeded with n, so a search that was interrupted and resumed tries the same values as one that was not. Trials below the
median of the earlier ones at the same round are stopped, which is the rule that SageMaker's early stopping of tuning
jobs follows as well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from training.common.errors import DataError, FitError
from training.common.files import pretty_json, sha256_of_bytes
from training.data.dataset import Split
from training.model.fitting import fit
from training.model.hyperparameters import Hyperparameters
from training.model.watching import Round
from training.tuning.search_space import OBJECTIVE, SearchSpace
from training.tuning.trials import Outcome, Search, Trial

if TYPE_CHECKING:
    import optuna

_RANDOM_TRIALS = 8
"""Trials drawn at random before the sampler learns from them."""
_TRIALS_BEFORE_STOPPING = 5
_ROUNDS_BEFORE_STOPPING = 5
_VALUES = "values"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is searched.

    Parameters
    ----------
    space
        what varies
    fixed
        all other hyperparameters, as texts; none of the space's names
    train, validation
        what each trial learns from and is judged by
    seed
        same seed, data, machine: same trials
    """

    space: SearchSpace
    fixed: Mapping[str, str]
    train: Split
    validation: Split
    seed: int

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that are the same for the same task."""
        pixels = [sha256_of_bytes(part.images.tobytes() + part.labels.tobytes()) for part in self.splits]
        what = [self.space.to_json(), dict(self.fixed), pixels, self.seed]
        return sha256_of_bytes(pretty_json(what))[:12]

    @property
    def splits(self) -> tuple[Split, Split]:
        """Both splits."""
        return self.train, self.validation


def some_rows(name: str, split: Split, rows: int, *, seed: int) -> Split:
    """So many rows of a split, picked at random for a seed; all of them when it has no more.

    Raises
    ------
    DataError
        for fewer than ten rows
    """
    if rows < 10:
        raise DataError(f"{rows} rows of {name} are too few to search with, give at least 10")
    if rows >= len(split):
        return split
    chosen = np.sort(np.random.default_rng(seed).permutation(len(split))[:rows])
    return Split(images=split.images[chosen], labels=split.labels[chosen])


def search(
    task: Task,
    journal: Path,
    *,
    trials: int,
    timeout_seconds: float | None = None,
    on_trial: Callable[[Search], None] = lambda _search: None,
    on_round: Callable[[int, Round], None] = lambda _number, _round: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Search:
    """Search until there are so many trials, the time is over, or a stop is requested.

    Parameters
    ----------
    task
        what is searched
    journal
        file that remembers the trials; one of an earlier search of the same task is continued
    trials
        wanted in all, those of the journal included
    timeout_seconds
        after which the running trial is abandoned
    on_trial
        called after every trial
    on_round
        called after every round, with the number of the trial from 1
    stop_requested
        asked after every round; True abandons the running trial

    Raises
    ------
    DataError, HyperparameterError, FitError
        see `training.model.fitting.fit`
    """
    study = _study(task, journal)
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds

    def over() -> bool:
        return stop_requested() or (deadline is not None and time.monotonic() > deadline)

    while (finished := _finished(study)) < trials and not over():
        _try_one(task, study, number=finished, on_round=on_round, over=over)
        on_trial(_search_so_far(task, study))
    return _search_so_far(task, study)


def _study(task: Task, journal: Path) -> optuna.Study:
    """The study of this task in the journal, created if needed; trials whose process died are marked as failed."""
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend
    except ImportError as problem:
        raise FitError(
            f"a local search needs a package that is not installed ({problem}); run 'make setup', or"
            " 'pip install --group scale' with pip 25.1 or newer, or use --where sagemaker"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    journal.parent.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(journal))),
        study_name=f"digits-{task.digest}",
        load_if_exists=True,
        direction="minimize",
        pruner=optuna.pruners.MedianPruner(
            n_startup_trials=_TRIALS_BEFORE_STOPPING, n_warmup_steps=_ROUNDS_BEFORE_STOPPING
        ),
    )
    for dead in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(dead.number, state=optuna.trial.TrialState.FAIL)
    return study


def _finished(study: optuna.Study) -> int:
    from optuna.trial import TrialState

    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))


def _try_one(
    task: Task,
    study: optuna.Study,
    *,
    number: int,
    on_round: Callable[[int, Round], None],
    over: Callable[[], bool],
) -> None:
    """One trial from asking for values to reporting the result; an abandoned trial does not count."""
    import optuna

    study.sampler = optuna.samplers.TPESampler(seed=task.seed + number, n_startup_trials=_RANDOM_TRIALS)
    defaults = {name: float(text) for name, text in task.space.defaults.items()}
    if number == 0 and defaults and not study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.WAITING,)):
        study.enqueue_trial(defaults)
    trial = study.ask()
    values = _draw(task.space, trial)
    trial.set_user_attr(_VALUES, values)
    hopeless: list[bool] = []

    def note(round_: Round) -> None:
        on_round(number + 1, round_)
        trial.report(round_.validation[OBJECTIVE], round_.number)
        if trial.should_prune():
            hopeless.append(True)

    state = optuna.trial.TrialState.FAIL
    value = None
    try:
        hyperparameters = Hyperparameters.from_sagemaker({**task.fixed, **values})
        result = fit(
            task.train, task.validation, hyperparameters,
            on_round=note, stop_requested=lambda: bool(hopeless) or over(),
        )  # fmt: skip
        if hopeless:
            state = optuna.trial.TrialState.PRUNED
        elif not result.interrupted:
            state = optuna.trial.TrialState.COMPLETE
            value = result.history[result.best_round - 1].validation[OBJECTIVE]
    finally:
        study.tell(trial, value, state=state)


def _draw(space: SearchSpace, trial: optuna.Trial) -> dict[str, str]:
    """A value for each hyperparameter, as text."""
    values: dict[str, str] = {}
    for each in space.ranges:
        log = each.scale == "log"
        number: float = (
            trial.suggest_int(each.name, int(each.least), int(each.most), log=log)
            if each.is_whole
            else trial.suggest_float(each.name, each.least, each.most, log=log)
        )
        values[each.name] = each.text(number)
    return values


def _search_so_far(task: Task, study: optuna.Study) -> Search:
    from optuna.trial import TrialState

    counted = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return Search(where="local", space=task.space, fixed=task.fixed, trials=_trials(counted))


def _trials(counted: Sequence[optuna.trial.FrozenTrial]) -> tuple[Trial, ...]:
    from optuna.trial import TrialState

    return tuple(
        Trial(
            name=str(number),
            values=trial.user_attrs[_VALUES],
            metric=trial.value,
            seconds=trial.duration.total_seconds() if trial.duration else None,
            outcome=Outcome.DONE if trial.state is TrialState.COMPLETE else Outcome.PRUNED,
        )
        for number, trial in enumerate(counted, start=1)
    )
