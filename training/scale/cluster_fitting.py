"""Train on a Dask cluster through `xgboost.dask`, from parts that the workers read.

The data stays on the workers; here pass the rounds' metrics, a request to stop, and in the end the model. With more
than one worker the sums of gradients are added in another order than on one machine, so the model is as good, but not
the same bytes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future as LocalFuture
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

import xgboost

from training.common.errors import FitError, HyperparameterError
from training.data.data_folder import CHANNELS
from training.model.fitting import FitResult, cut, reason, require_digits_model
from training.model.hyperparameters import Hyperparameters
from training.model.watching import Round, Watcher
from training.scale.by_value import ByValue
from training.scale.cluster import require_workers, worker_addresses
from training.scale.cluster_parts import ClusterChannel, read_on_workers
from training.scale.on_worker import RoundReporter, request_stop
from training.scale.part_source import PartRead, PartSource

if TYPE_CHECKING:
    from distributed import Client

_SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_BETWEEN_ROLL_CALLS = 2.0


def fit_on_cluster(
    client: Client,
    source: PartSource,
    hyperparameters: Hyperparameters,
    *,
    on_step: Callable[[str], None] = lambda _step: None,
    on_round: Callable[[Round], None] = lambda _round: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> tuple[FitResult, tuple[PartRead, ...]]:
    """Train with all workers of the cluster, until the rounds are done, validation stalls, or a stop is requested.

    Parameters
    ----------
    client
        connected; see `training.scale.cluster.connected`
    source
        where the workers find the parts
    hyperparameters
        as for one machine; `nthread` is per worker, its number of threads unless given
    on_step
        called with a description of each step before the first round
    on_round
        called after every round
    stop_requested
        asked several times a second; True ends the training after the round that runs and keeps what there is

    Raises
    ------
    DataError
        when the workers cannot read the parts
    HyperparameterError
        when they do not fit this model or a cluster
    FitError
        when the library or the cluster fails
    """
    require_digits_model(hyperparameters)
    _require_hist(hyperparameters)
    workers = worker_addresses(client)
    started = time.monotonic()
    train, validation = (read_on_workers(client, source, name, workers, on_step=on_step) for name in CHANNELS)
    on_step("the workers bin the pixels, the first round takes longest")
    watcher = Watcher(hyperparameters, on_round=on_round, stop_requested=lambda: False)
    booster, interrupted = _train(client, train, validation, hyperparameters, watcher, stop_requested, workers)
    result = FitResult(
        booster=cut(booster, watcher.best),
        history=tuple(watcher.history),
        best_round=watcher.best,
        seconds=time.monotonic() - started,
        interrupted=interrupted,
    )
    return result, (*train.parts, *validation.parts)


def _require_hist(hyperparameters: Hyperparameters) -> None:
    method = hyperparameters.get("tree_method")
    if method not in (None, "auto", "hist"):
        raise HyperparameterError(f"hyperparameter tree_method: {method} does not work on a cluster; use hist")


def _train(
    client: Client,
    train: ClusterChannel,
    validation: ClusterChannel,
    hyperparameters: Hyperparameters,
    watcher: Watcher,
    stop_requested: Callable[[], bool],
    workers: Sequence[str],
) -> tuple[xgboost.Booster, bool]:
    """The booster with all its rounds, and whether a stop was requested before the end."""
    topic = f"digits-fit-{uuid.uuid4().hex}"
    with _rounds_told(client, topic) as rounds:
        training = _in_background(lambda: _train_on_workers(client, train, validation, hyperparameters, topic))
        stopping, looked = False, time.monotonic()
        while not training.done():
            _pass_on(rounds, watcher)
            if not stopping and stop_requested():
                stopping = True
                client.run(ByValue(request_stop), topic)
            if time.monotonic() - looked > _SECONDS_BETWEEN_ROLL_CALLS:
                require_workers(client, workers)
                looked = time.monotonic()
        result = _wait_for(training, client, workers)
    _complete(watcher, result["history"])
    patience = hyperparameters.whole("early_stopping_rounds")
    done = len(watcher.history)
    at_the_end = done == hyperparameters.rounds or (patience is not None and done - watcher.best >= patience)
    return result["booster"], stopping and not at_the_end


def _train_on_workers(
    client: Client,
    train: ClusterChannel,
    validation: ClusterChannel,
    hyperparameters: Hyperparameters,
    topic: str,
) -> dict[str, Any]:
    """`xgboost.dask.train`; blocks until it is over."""
    from xgboost import dask as cluster

    bins = hyperparameters.whole("max_bin") or 256
    matrix = cluster.DaskQuantileDMatrix(client, train.images, train.labels, max_bin=bins)
    other = cluster.DaskQuantileDMatrix(client, validation.images, validation.labels, max_bin=bins, ref=matrix)
    trained: dict[str, Any] = cluster.train(
        client,
        hyperparameters.for_library(),
        matrix,
        num_boost_round=hyperparameters.rounds,
        evals=[(matrix, "train"), (other, "validation")],
        early_stopping_rounds=hyperparameters.whole("early_stopping_rounds"),
        callbacks=[ByValue(RoundReporter(topic))],
        verbose_eval=False,
    )
    return trained


@contextmanager
def _rounds_told(client: Client, topic: str) -> Iterator[SimpleQueue[Mapping[str, Any]]]:
    """The rounds as the first worker reports them, in order."""
    reported: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
    client.subscribe_topic(topic, lambda event: reported.put(event[1]))  # type: ignore[no-untyped-call]
    try:
        yield reported
    finally:
        client.unsubscribe_topic(topic)  # type: ignore[no-untyped-call]


def _pass_on(rounds: SimpleQueue[Mapping[str, Any]], watcher: Watcher) -> None:
    """Wait a moment for the next round and pass it to the watcher."""
    try:
        reported = rounds.get(timeout=_SECONDS_BETWEEN_LOOKS)
    except Empty:
        return
    if reported["epoch"] == len(watcher.history):
        watcher.after_iteration(None, reported["epoch"], _as_history(reported["values"]))


def _complete(watcher: Watcher, history: Mapping[str, Mapping[str, list[float]]]) -> None:
    """Pass the rounds whose reports did not arrive before the end to the watcher."""
    done = len(next(iter(history["train"].values())))
    for epoch in range(len(watcher.history), done):
        values = {name: {metric: each[epoch] for metric, each in of.items()} for name, of in history.items()}
        watcher.after_iteration(None, epoch, _as_history(values))


def _as_history(values: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, list[float]]]:
    return {name: {metric: [value] for metric, value in each.items()} for name, each in values.items()}


def _in_background(call: Callable[[], dict[str, Any]]) -> LocalFuture[dict[str, Any]]:
    """Run something that may never come back, in a thread that does not keep this process from ending."""
    result: LocalFuture[dict[str, Any]] = LocalFuture()

    def run() -> None:
        try:
            result.set_result(call())
        except Exception as problem:  # noqa: BLE001  whatever a worker raised arrives here as it is
            result.set_exception(problem)

    Thread(target=run, daemon=True).start()
    return result


def _wait_for(training: LocalFuture[dict[str, Any]], client: Client, workers: Sequence[str]) -> dict[str, Any]:
    """The result of what is done.

    Raises
    ------
    FitError
        naming a worker that left, or with the error that one raised
    """
    problem = training.exception()
    if problem is None:
        return training.result()
    require_workers(client, workers)
    raise FitError(f"the cluster could not train: {reason(problem)}; see the logs of its workers")
