"""The options of `tune`, those of a search on this machine and those of tuning jobs among them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from training.commands.environment_option import environment_option
from training.commands.job_options import StartOptions
from training.commands.training_options import RoundOptions
from training.common.options import Option


class Where(StrEnum):
    """Where the trials run."""

    LOCAL = "local"
    SAGEMAKER = "sagemaker"


class Strategy(StrEnum):
    """How SageMaker chooses the next values."""

    BAYESIAN = "Bayesian"
    RANDOM = "Random"


@dataclass(frozen=True, kw_only=True)
class TuningJobOptions(StartOptions):
    """Options that only a search on SageMaker has; most are settings, so that few flags are left."""

    instance_count: Annotated[int | None, Option("Number of hosts of each training job.")] = None
    instance_type: Annotated[str | None, Option("Instance type, such as ml.m5.xlarge.")] = None
    spot: Annotated[bool | None, Option("Use spot capacity: cheaper, but it may be interrupted.")] = None
    parallel: Annotated[int, Option("Training jobs that run at the same time.", least=1)] = 2
    strategy: Annotated[Strategy, Option("Search strategy, Bayesian or Random.")] = Strategy.BAYESIAN


@dataclass(frozen=True, kw_only=True)
class TuneOptions(RoundOptions, TuningJobOptions):
    """Options of `tune`."""

    where: Annotated[
        Where, Option("Run trials on this machine, or as training jobs of an environment.", flags=("--where",))
    ] = Where.LOCAL
    environment: Annotated[str, environment_option("Target environment of tuning jobs")] = "local"
    search: Annotated[
        tuple[str, ...],
        Option(
            "Range of a hyperparameter to search, repeatable. [default: five common ones]",
            flags=("--search",),
            metavar="NAME=LEAST:MOST[:log]",
        ),
    ] = ()
    trials: Annotated[
        int, Option("Number of trials; of a tuning job at most 750.", flags=("--trials",), metavar="N", least=1)
    ] = 20
    timeout: Annotated[int | None, Option("Maximum time of the search in seconds.", least=1)] = None
    attach: Annotated[
        str | None, Option("Follow this tuning job instead of starting one.", flags=("--attach",), metavar="NAME")
    ] = None
    stop: Annotated[
        str | None, Option("Stop this tuning job instead of starting one.", flags=("--stop",), metavar="NAME")
    ] = None
    rows: Annotated[int, Option("Local search: random training images of each trial.", least=10)] = 5000
    validation_rows: Annotated[int, Option("Local search: validation images of each trial.", least=10)] = 2000
    search_seed: Annotated[int, Option("Same seed, data and machine: same trials.", least=0)] = 1


LOCAL_OPTIONS = ("rows", "validation_rows")
"""Options that only a search on this machine has."""
