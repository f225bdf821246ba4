"""Training jobs on one and on two machines, a tuning job, and their logs and models."""

from __future__ import annotations

import json
import re
from typing import Any

from contract.bucket_layout import JOBS_PREFIX
from tools.accept.endings import NEWEST, end
from tools.accept.few_digits import FewDigits
from tools.accept.objects import delete_below
from tools.accept.stage import Stage
from tools.accept.story import Differs, Story, expect

QUICK = ("--num-round", "3", "--set", "max_leaves=8", "--set", "nthread=1")
JOB_SECONDS = 1500
"""A small job waits for its machine, above all on spot capacity, and trains for seconds."""
LEAST_ACCURACY = 0.5


def play_one_machine(stage: Stage) -> None:
    """A job as the settings have it."""
    _train(stage, 1)


def play_two_machines(stage: Stage) -> None:
    """The same on two machines, each with its share of the part files."""
    submitted = _train(stage, 2)
    if "algo-2 | " not in submitted:
        raise Differs("lines of the second machine, algo-2, in the log", submitted[-500:])


def _train(stage: Stage, machines: int) -> str:
    """Submit a job, follow it, fetch its model; returns what was said."""
    digits = FewDigits(stage)
    digits.publish()
    stage.at_end(f"s3://{stage.bucket}/{JOBS_PREFIX}{stage.name}/", delete_below, stage, f"{JOBS_PREFIX}{stage.name}/")
    stage.at_end(f"the job {stage.name}", _end_job, stage)
    stage.say(f"training on {machines} x {stage.settings.training.instance_type}")
    words = ("submit", *QUICK, "--instances", str(machines), "--name", stage.name)
    submitted = digits.run(*words, seconds=JOB_SECONDS)
    digits.run("fetch", stage.name)
    manifest = json.loads((digits.folder / "model/manifest.json").read_bytes())
    platform = manifest["training"]["host"]["platform"]
    if not platform.endswith(f"job {stage.name}") or (machines > 1 and f" x {machines}" not in platform):
        raise Differs(f"a model of the job {stage.name} on {machines} machines", platform)
    if manifest["metrics"]["accuracy"] <= LEAST_ACCURACY:
        raise Differs(f"an accuracy above {LEAST_ACCURACY}", manifest["metrics"]["accuracy"])
    return submitted.stdout


def _end_job(stage: Stage) -> None:
    sagemaker, named = stage.client("sagemaker"), {"TrainingJobName": stage.name}
    end(
        stage,
        f"the job {stage.name}",
        lambda: str(sagemaker.describe_training_job(**named)["TrainingJobStatus"]),
        lambda: sagemaker.stop_training_job(**named),
    )


def play_tuning(stage: Stage) -> None:
    """Two trials of automatic model tuning."""
    digits = FewDigits(stage)
    digits.publish()
    before = tuning_jobs(stage)
    stage.at_end("a tuning job", _clean_up_tuning, stage, digits.channels, before)
    stage.say("two trials")
    words = ("tune", "--where", "sagemaker", "--trials", "2", "--num-round", "3", "--search", "max_depth=3:5")
    done = digits.run(*words, "--set", "strategy=Random", seconds=JOB_SECONDS)
    found = re.search(r"started (\S+):", done.stdout)
    if not found:
        raise Differs("a tuning job is started", done.stdout[-500:])
    answer = _tuning_job(stage, found[1])
    expect("Completed", answer["HyperParameterTuningJobStatus"], f"the end of {found[1]}")
    expect(2, answer["TrainingJobStatusCounters"]["Completed"], "trials that are completed")


def tuning_jobs(stage: Stage) -> set[str]:
    """Names of the newest tuning jobs of the environment."""
    listed = stage.client("sagemaker").list_hyper_parameter_tuning_jobs(
        NameContains=f"digits-{stage.deployment.environment}-", **NEWEST
    )
    return {str(each["HyperParameterTuningJobName"]) for each in listed["HyperParameterTuningJobSummaries"]}


def _clean_up_tuning(stage: Stage, channels: str, before: set[str]) -> None:
    """End what still runs on these channels, and delete what its trials wrote; whoever follows a job names it late."""
    for name in tuning_jobs(stage) - before:
        if channels in str(_tuning_job(stage, name)["TrainingJobDefinition"]):
            _end_tuning(stage, name)
            delete_below(stage, f"{JOBS_PREFIX}{name}")


def _tuning_job(stage: Stage, name: str) -> dict[str, Any]:
    found: dict[str, Any] = stage.client("sagemaker").describe_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name
    )
    return found


def _end_tuning(stage: Stage, name: str) -> None:
    stop = stage.client("sagemaker").stop_hyper_parameter_tuning_job
    end(
        stage,
        name,
        lambda: str(_tuning_job(stage, name)["HyperParameterTuningJobStatus"]),
        lambda: stop(HyperParameterTuningJobName=name),
    )


PARTS = ("storage", "training")
CHANGES = "1,500 digits and results of the job in the bucket"
STORIES = (
    Story(
        slug="training-job",
        sentence="a job trains on one machine of the settings; its log is followed and its model fetched",
        needs=PARTS,
        seconds=1800,
        usd=0.05,
        changes=CHANGES,
        play=play_one_machine,
    ),
    Story(
        slug="training-job-two-machines",
        sentence="a job trains on two machines, each with its share of the data",
        needs=PARTS,
        seconds=1800,
        usd=0.10,
        changes=CHANGES,
        play=play_two_machines,
    ),
    Story(
        slug="tuning-starts",
        sentence="automatic model tuning takes the request, and finds the metric of its trials",
        needs=PARTS,
        seconds=1800,
        usd=0.10,
        changes=CHANGES,
        play=play_tuning,
    ),
)
