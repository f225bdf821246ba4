"""The one budget of time for a prediction, from the caller's request to the last attempt at the endpoint.

Each layer gives up before the layer that waits for it, so that the caller gets an answer that says what happened
instead of a broken connection. The numbers reach API Gateway as the integration's time-out, Lambda as the
function's, and the function's SDK by environment variables.
"""

from __future__ import annotations

from dataclasses import dataclass

from stacks.shared.errors import ConfigurationError

API_GATEWAY_LIMIT_SECONDS = 29
"""The longest integration of a REST API without a raised quota: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""


@dataclass(frozen=True, kw_only=True)
class TimeBudget:
    """Time-outs of each layer, in seconds.

    Raises
    ------
    ConfigurationError
        If a layer would wait less long than the layer below it needs.
    """

    api_seconds: int = API_GATEWAY_LIMIT_SECONDS
    function_seconds: int = 25
    attempts: int = 2
    connect_seconds: int = 1
    read_seconds: int = 8
    back_off_seconds: int = 2

    def __post_init__(self) -> None:
        if not API_GATEWAY_LIMIT_SECONDS >= self.api_seconds > self.function_seconds > self.sdk_seconds:
            msg = (
                f"time budget does not add up: API {self.api_seconds} s, function {self.function_seconds} s, "
                f"SDK {self.sdk_seconds} s; each must be longer than the next, and the API at most "
                f"{API_GATEWAY_LIMIT_SECONDS} s"
            )
            raise ConfigurationError(msg)

    @property
    def sdk_seconds(self) -> int:
        """The longest that all attempts at the endpoint take together."""
        return self.attempts * (self.connect_seconds + self.read_seconds) + self.back_off_seconds


TIME_BUDGET = TimeBudget()
