"""The settings of the stream: its capacity, and how its records are batched, retried and made dead letters.

Limits are those of Kinesis and of Lambda's event source mappings.
https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stacks.shared.errors import ConfigurationError

SHARDS_MAX = 500
SHARDS_ON_DEMAND = 4
"""What a stream on demand begins with."""
BATCH_RECORDS_MAX = 10_000
RETENTION_HOURS_MAX = 8_760


@dataclass(frozen=True, kw_only=True)
class OnDemand:
    """Scales with the load: billed per gigabyte and per hour, about 29 USD a month without any."""


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """A number of shards: each takes 1,000 records or 1 MB a second, and costs about 11 USD a month.

    Attributes
    ----------
    shards
        How many, 1 to 500.
    """

    shards: int

    def __post_init__(self) -> None:
        _in_range("shards", self.shards, 1, SHARDS_MAX)


StreamCapacity = OnDemand | Provisioned


@dataclass(frozen=True, kw_only=True)
class StreamSettings:
    """One stream and its consumer.

    Attributes
    ----------
    capacity
        Capacity mode of the stream.
    retention_hours
        How long it keeps a record, 24 to 8760: the time there is to repair what stops the consumer.
    batch_records
        Digits in a part at most, 1 to 10000. A part of 500 is about 300 KB.
    batch_window_seconds
        How long to wait for a full batch, 0 to 300. Small parts cost more to store than their digits.
    parallelization
        Batches of one shard that are consumed at the same time, 1 to 10.
    retries
        How often a failed batch is delivered again before it becomes a dead letter, 0 to 10000.
    record_age_seconds
        Age at which a record becomes a dead letter, 60 to 604800, below the retention.
    dead_letter_days
        How long dead letters are kept, 1 to 14.
    """

    capacity: StreamCapacity = field(default_factory=lambda: Provisioned(shards=1))
    retention_hours: int = 24
    batch_records: int = 500
    batch_window_seconds: int = 30
    parallelization: int = 1
    retries: int = 20
    record_age_seconds: int = 6 * 3600
    dead_letter_days: int = 14

    def __post_init__(self) -> None:
        _in_range("retention_hours", self.retention_hours, 24, RETENTION_HOURS_MAX)
        _in_range("batch_records", self.batch_records, 1, BATCH_RECORDS_MAX)
        _in_range("batch_window_seconds", self.batch_window_seconds, 0, 300)
        _in_range("parallelization", self.parallelization, 1, 10)
        _in_range("retries", self.retries, 0, 10_000)
        _in_range("record_age_seconds", self.record_age_seconds, 60, 604_800)
        _in_range("dead_letter_days", self.dead_letter_days, 1, 14)
        if self.record_age_seconds >= self.retention_hours * 3600:
            msg = (
                f"stream record_age_seconds is {self.record_age_seconds}, and the stream forgets a record after "
                f"{self.retention_hours * 3600} seconds without a dead letter; allowed is less: correct it in "
                "stacks/settings.py"
            )
            raise ConfigurationError(msg)

    @property
    def batches_at_once(self) -> int:
        """How many batches are consumed at the same time, with the shards that the stream begins with."""
        shards = self.capacity.shards if isinstance(self.capacity, Provisioned) else SHARDS_ON_DEMAND
        return shards * self.parallelization


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        msg = f"stream {name} is {value!r}; allowed is {low} to {high}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)
