"""How Lambda delivers the messages of a queue: when a batch is full, and which of its messages are done. Pure.

Receiving, calling the function and deleting are the caller's. What is not deleted comes back by itself, when its
visibility timeout is over.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sagemaker_local.json_text import read_json

DEFAULT_BATCH_MESSAGES = 10


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The settings of a mapping from a queue."""

    batch_messages: int = DEFAULT_BATCH_MESSAGES
    window_seconds: int = 0
    reports_failures: bool = False

    @classmethod
    def of(cls, mapping: Mapping[str, Any]) -> Rules:
        """The rules of a mapping as the Lambda API describes it; CloudFormation may have left texts for numbers."""
        return cls(
            batch_messages=int(mapping.get("BatchSize") or DEFAULT_BATCH_MESSAGES),
            window_seconds=int(mapping.get("MaximumBatchingWindowInSeconds") or 0),
            reports_failures="ReportBatchItemFailures" in (mapping.get("FunctionResponseTypes") or []),
        )


class Window:
    """The time that a mapping gathers messages for."""

    def __init__(self) -> None:
        self._since: float | None = None

    def is_over(self, waiting: int, rules: Rules, now: float) -> bool:
        """Whether so many waiting messages are to be delivered now.

        Parameters
        ----------
        waiting
            Messages that are visible.
        rules
            The mapping's.
        now
            Seconds of a clock.
        """
        if not waiting:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        if waiting < rules.batch_messages and now - self._since < rules.window_seconds:
            return False
        self._since = None
        return True


def done(messages: Collection[str], rules: Rules, answer: Any) -> set[str]:
    """Which messages of a batch are done, by what the function answered; none when the answer makes no sense.

    Parameters
    ----------
    messages
        The ids of the batch.
    rules
        The mapping's.
    answer
        What the function returned: JSON as Python has it, or as text.
    """
    if not rules.reports_failures:
        return set(messages)
    try:
        document = read_json(answer) if answer and isinstance(answer, str | bytes) else answer
        failures = (document or {}).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (AttributeError, KeyError, TypeError, ValueError):
        return set()
    return set(messages) - failed if failed <= set(messages) else set()
