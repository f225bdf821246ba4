"""How many requests the HTTP API takes."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """Limits of each method of the API.

    Attributes
    ----------
    requests_per_second
        Permitted requests a second, 1 to 10000.
    burst
        Size of a burst beyond that, 1 to 5000.
    """

    requests_per_second: int
    burst: int

    def __post_init__(self) -> None:
        if not 1 <= self.requests_per_second <= 10_000 or not 1 <= self.burst <= 5_000:
            msg = (
                f"throttle is {self.requests_per_second} a second with bursts of {self.burst}; "
                "API Gateway's own quota is 10000 and 5000, and both must be 1 or more"
            )
            raise ConfigurationError(msg)
