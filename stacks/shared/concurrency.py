"""Reserved concurrency of the functions: one budget of the account's, of which each function has its share.

A function with a share takes no more, and nobody takes it away: a hanging endpoint that holds every run of one function
for its whole time-out stops neither the others nor what else the account runs. New accounts have 10 in all, of which
nothing can be reserved.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from stacks.shared.errors import ConfigurationError

PART_OF = {
    "prediction": "api",
    "uploads": "api",
    "upload_worker": "upload",
    "stream_consumer": "stream",
    "artifact_check": "inference",
}
"""Function, by its folder below `lambda_src/` -> the part whose stack has it."""


@dataclass(frozen=True, kw_only=True)
class FunctionConcurrency:
    """Concurrent executions of each function.

    Attributes
    ----------
    budget
        Maximum sum for all functions of the environment. The account's quota must exceed the sum by 100.
    prediction, uploads, upload_worker, stream_consumer, artifact_check
        The share of each function, from 1.
    """

    budget: int
    prediction: int
    uploads: int
    upload_worker: int
    stream_consumer: int
    artifact_check: int = 1

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) < 1:
                msg = f"concurrency {each.name} is {getattr(self, each.name)}; allowed is 1 or more"
                raise ConfigurationError(msg)
        if (total := sum(map(self.share, PART_OF))) > self.budget:
            shares = ", ".join(f"{name} {self.share(name)}" for name in PART_OF)
            msg = (
                f"concurrency budget is {self.budget}, but the shares are {total} together ({shares}): "
                "lower them or raise the budget in stacks/settings.py"
            )
            raise ConfigurationError(msg)

    def share(self, function: str) -> int:
        """The share of a function.

        Parameters
        ----------
        function
            Its folder below `lambda_src/`.

        Raises
        ------
        ConfigurationError
            If it has none.
        """
        if function not in PART_OF:
            msg = f"function {function!r} has no share of the concurrency; these have: {', '.join(PART_OF)}"
            raise ConfigurationError(msg)
        return int(getattr(self, function))

    def reserved(self, parts: Iterable[str]) -> int:
        """What the functions of these parts reserve together."""
        deployed = set(parts)
        return sum(self.share(function) for function, part in PART_OF.items() if part in deployed)
