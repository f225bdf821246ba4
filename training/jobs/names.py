"""Names of jobs: unique, in the order of time, with the environment in their prefix."""

from __future__ import annotations

from datetime import datetime

from training.common.errors import JobError
from training.jobs.values import check_name


def new_name(prefix: str, *, now: datetime, token: str) -> str:
    """A name such as `digits-dev-20261122-213045-3f9a`.

    Parameters
    ----------
    prefix
        of the environment, such as `digits-dev-`
    now
        in UTC
    token
        four random hexadecimal digits: two people may submit in the same second
    """
    return f"{prefix}{now:%Y%m%d-%H%M%S}-{token}"


def check_job_name(name: str, *, prefix: str) -> None:
    """Refuse a name that SageMaker would refuse, or that is not one of this environment.

    Raises
    ------
    JobError
        with what is allowed
    """
    check_name(name)
    if not name.startswith(prefix):
        raise JobError(
            f"the job name {name!r} does not begin with {prefix}, as the jobs of this environment do;"
            f" call it {prefix}{name}, or name the environment with --environment"
        )
