"""What a job cost, by a table of prices: an estimate, for prices change and differ from region to region."""

from __future__ import annotations

from dataclasses import dataclass

from training.common.errors import JobError
from training.jobs.description import Job
from training.jobs.instances import instance_type, price_date, price_region


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What is paid for.

    Parameters
    ----------
    billable_seconds
        of each instance
    instance_count
        how many there were
    saved
        share of the training's time that spot capacity made free, 0..1
    usd
        the estimate; None when the table has no price for the type
    """

    billable_seconds: int
    instance_count: int
    saved: float
    usd: float | None


def bill_of(job: Job) -> Bill | None:
    """The bill of a job, once SageMaker reports the billable time.

    Billable time is of one instance, and spot's discount is in it already (API reference of DescribeTrainingJob).
    """
    if job.billable_seconds is None:
        return None
    price = _price(job.instance_type)
    seconds = job.billable_seconds * job.instance_count
    return Bill(
        billable_seconds=job.billable_seconds,
        instance_count=job.instance_count,
        saved=1 - job.billable_seconds / job.training_seconds if job.spot and job.training_seconds else 0.0,
        usd=None if price is None else price * seconds / 3600,
    )


def most_usd(name: str, *, instance_count: int, max_run_seconds: int) -> float | None:
    """What a job costs when it runs as long as it may, on demand; None without a price."""
    price = _price(name)
    return None if price is None else price * instance_count * max_run_seconds / 3600


def describe_prices(region: str) -> str:
    """Where the estimate's prices come from, for people."""
    other = "" if region == price_region() else f", not of {region}"
    return f"by prices of {price_region()}{other}, collected {price_date()}"


def usd(amount: float) -> str:
    """An amount as people read it; small ones keep their digits."""
    return f"${amount:.2f}" if amount >= 1 else f"${amount:.4f}"


def _price(name: str) -> float | None:
    try:
        return instance_type(name).usd_per_hour
    except JobError:
        return None  # a job of other people may run on what this project would not use
