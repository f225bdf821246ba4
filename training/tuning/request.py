"""What a tuning job of SageMaker is, and its request. Pure: the same spec, the same request.

The training job inside it is made of the same pieces as `training.jobs.request` sends alone, so what works in one job
works in all of them.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from training.common.errors import JobError
from training.jobs.request import job_definition
from training.jobs.spec import JobSpec, Spot
from training.tuning.search_space import OBJECTIVE, Range, SearchSpace

STRATEGIES = ("Bayesian", "Random")
METRIC = f"validation:{OBJECTIVE}"

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_MOST_NAME = 32
_MOST_JOBS = 750
_MOST_PARALLEL = 100
_SECONDS = (120, 15_768_000)
_SCALING = {"linear": "Linear", "log": "Logarithmic"}


@dataclass(frozen=True, kw_only=True)
class TuningSpec:
    """A tuning job.

    Parameters
    ----------
    name
        unique in account and region, at most 32 letters, digits and hyphens
    job
        what each of its training jobs is; its own name and the hyperparameters that vary are not used
    space
        what varies
    max_jobs, parallel
        training jobs in all, and at the same time
    strategy
        one of `STRATEGIES`
    max_seconds
        after which the whole is stopped; None for no limit
    seed
        makes the choice of values repeatable
    """

    name: str
    job: JobSpec
    space: SearchSpace
    max_jobs: int
    parallel: int
    strategy: str = "Bayesian"
    max_seconds: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        check_tuning_name(self.name)
        if not 1 <= self.parallel <= min(self.max_jobs, _MOST_PARALLEL):
            raise JobError(
                f"{self.parallel} training jobs at the same time are requested, allowed are 1 to"
                f" {min(self.max_jobs, _MOST_PARALLEL)}; correct --set parallel"
            )
        if not 1 <= self.max_jobs <= _MOST_JOBS:
            raise JobError(f"{self.max_jobs} trials are requested, allowed are 1 to {_MOST_JOBS}; correct --trials")
        if self.strategy not in STRATEGIES:
            raise JobError(f"the strategy is {self.strategy!r}, allowed are {', '.join(STRATEGIES)}")
        if self.max_seconds is not None and not _SECONDS[0] <= self.max_seconds <= _SECONDS[1]:
            raise JobError(
                f"the time limit is {self.max_seconds} seconds, allowed are {_SECONDS[0]} to {_SECONDS[1]};"
                " correct --set timeout"
            )
        if "validation" not in {channel.name for channel in self.job.channels}:
            raise JobError("a search needs the channel validation, which judges its trials; publish both channels")
        if isinstance(self.job.capacity, Spot) and self.job.capacity.checkpoint_uri:
            raise JobError("the jobs of a search would go on from each other's checkpoints; leave checkpoint_uri out")

    @property
    def fixed(self) -> dict[str, str]:
        """The hyperparameters that stay the same, as texts."""
        return {
            name: text for name, text in self.job.hyperparameters.to_sagemaker().items() if name not in self.space.names
        }


def new_tuning_name(prefix: str, *, now: datetime, token: str) -> str:
    """A name such as `digits-dev-t-1122-213045-3f9a`.

    Parameters
    ----------
    prefix
        of the environment, such as `digits-dev-`
    now
        in UTC
    token
        four random hexadecimal digits
    """
    return f"{prefix}t-{now:%m%d-%H%M%S}-{token}"


def check_tuning_name(name: str) -> None:
    """Refuse a name that SageMaker would refuse.

    Raises
    ------
    JobError
        with what is allowed
    """
    if not _NAME.fullmatch(name) or len(name) > _MOST_NAME:
        raise JobError(
            f"the name of the tuning job {name!r} is not valid, allowed are at most {_MOST_NAME} letters, digits and"
            " hyphens between them; correct it"
        )


def create_tuning_job_request(spec: TuningSpec) -> dict[str, Any]:
    """The parameters of boto3's `create_hyper_parameter_tuning_job`."""
    limits: dict[str, int] = {"MaxNumberOfTrainingJobs": spec.max_jobs, "MaxParallelTrainingJobs": spec.parallel}
    if spec.max_seconds is not None:
        limits["MaxRuntimeInSeconds"] = spec.max_seconds
    tags = [{"Key": key, "Value": value} for key, value in spec.job.tags]
    return {
        "HyperParameterTuningJobName": spec.name,
        "HyperParameterTuningJobConfig": {
            "Strategy": spec.strategy,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": METRIC},
            "ResourceLimits": limits,
            "ParameterRanges": parameter_ranges(spec.space),
            "TrainingJobEarlyStoppingType": "Auto",
            "RandomSeed": spec.seed,
        },
        "TrainingJobDefinition": {"StaticHyperParameters": spec.fixed, **job_definition(spec.job)},
        **({"Tags": tags} if tags else {}),
    }


def parameter_ranges(space: SearchSpace) -> dict[str, Any]:
    """The search space in SageMaker's words."""
    whole = [_range(each) for each in space.ranges if each.is_whole]
    real = [_range(each) for each in space.ranges if not each.is_whole]
    return {
        **({"IntegerParameterRanges": whole} if whole else {}),
        **({"ContinuousParameterRanges": real} if real else {}),
    }


def _range(each: Range) -> dict[str, str]:
    return {
        "Name": each.name,
        "MinValue": each.text(each.least),
        "MaxValue": each.text(each.most),
        "ScalingType": _SCALING[each.scale],
    }


def space_of(ranges: Mapping[str, Any]) -> SearchSpace:
    """The search space that SageMaker describes; the reverse of `parameter_ranges`."""
    scales = {words: scale for scale, words in _SCALING.items()}
    found = [
        *ranges.get("IntegerParameterRanges", []),
        *ranges.get("ContinuousParameterRanges", []),
    ]
    return SearchSpace(
        ranges=tuple(
            Range(
                name=each["Name"],
                least=float(each["MinValue"]),
                most=float(each["MaxValue"]),
                scale=scales.get(each.get("ScalingType", "Linear"), "linear"),
            )
            for each in found
        )
    )
