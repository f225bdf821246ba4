"""What happens on the workers of a cluster while they train. Sent to them by value, so it imports nothing of ours.

The first worker reports every round to the scheduler, and asks whether a stop was requested; all workers hear the same
response, since they must leave the same round together.
"""

from __future__ import annotations

from typing import Any

import xgboost

_STOP = "_digits_stop"


class RoundReporter(xgboost.callback.TrainingCallback):
    """XGBoost's callback after each round, on every worker.

    Parameters
    ----------
    topic
        under which the scheduler passes rounds on, and which names the fit to stop
    """

    def __init__(self, topic: str) -> None:
        super().__init__()
        self._topic = topic

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        """Report the round; True ends the training everywhere. The signature is XGBoost's."""
        from distributed import get_worker

        stop = False
        if xgboost.collective.get_rank() == 0:
            latest = {
                name: {metric: float(values[-1]) for metric, values in metrics.items()}
                for name, metrics in evals_log.items()
            }
            get_worker().log_event(self._topic, {"epoch": epoch, "values": latest})
            stop = getattr(get_worker(), _STOP, None) == self._topic
        return bool(xgboost.collective.broadcast(stop, 0))


def request_stop(topic: str, dask_worker: Any) -> None:
    """Leave word on a worker that the fit of that topic is to end."""
    setattr(dask_worker, _STOP, topic)
