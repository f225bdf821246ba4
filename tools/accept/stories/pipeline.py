"""The pipeline: bad data is told first, a better model is registered, one that is not better is not."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from contract.bucket_layout import CHECKS_PREFIX, EVALUATIONS_PREFIX, JOBS_PREFIX
from tools.accept.endings import NEWEST, end
from tools.accept.few_digits import COUNTS, FewDigits
from tools.accept.few_digits import PARTS as PART_FILES
from tools.accept.objects import delete_below
from tools.accept.stage import Stage
from tools.accept.story import Differs, NotRun, Story, expect

QUICK = ("--num-round", "3", "--set", "MaxLeaves=8")
EASY = ("--set", "PromotedAccuracy=0.2", "--set", "PromotedLogLoss=3")
HARD = ("--set", "PromotedAccuracy=1", "--set", "PromotedLogLoss=0")
"""As if the promoted model were hardly any, or perfect."""
SECONDS = 3000
NOT_REGISTERED = 3
"""Exit code of the command where no model was registered."""
STEPS = ("CheckData", "Train", "Evaluate", "Register")


def _run(stage: Stage, *words: str, code: int) -> tuple[str, str]:
    """Run the pipeline on a few digits; returns what the command said, and on its second channel."""
    pipeline = stage.outputs("training").get("PipelineName")
    if pipeline is None:
        msg = "not deployed: the pipeline"
        raise NotRun(msg)
    digits = FewDigits(stage)
    digits.publish()
    before = executions(stage, pipeline)
    stage.at_end("an execution of the pipeline", _clean_up, stage, digits.channels, pipeline, before)
    stage.say("the pipeline runs")
    # What this trains is deleted at the end, so no later execution may take it for its own: another eta each time.
    eta = f"Eta=0.3{secrets.randbelow(10**6):06}"
    done = digits.run("pipeline", *QUICK, "--set", eta, *words, seconds=SECONDS, code=code)
    return done.stdout, done.stderr


def executions(stage: Stage, pipeline: str) -> set[str]:
    """ARNs of the newest executions of a pipeline."""
    listed = stage.client("sagemaker").list_pipeline_executions(PipelineName=pipeline, **NEWEST)
    return {str(each["PipelineExecutionArn"]) for each in listed["PipelineExecutionSummaries"]}


def _clean_up(stage: Stage, channels: str, pipeline: str, before: set[str]) -> None:
    """End what still runs on these channels, and delete what came of it: all of it has the id of the execution."""
    sagemaker = stage.client("sagemaker")
    for arn in executions(stage, pipeline) - before:
        named = {"PipelineExecutionArn": arn}
        parameters = sagemaker.list_pipeline_parameters_for_execution(**named)["PipelineParameters"]
        if {"Name": "Channels", "Value": channels} not in parameters:
            continue
        _end(stage, arn)
        execution = arn.rpartition("/")[2]
        for prefix in (JOBS_PREFIX, CHECKS_PREFIX, EVALUATIONS_PREFIX):
            delete_below(stage, prefix, containing=execution)
        _unregister(stage, execution)


def _end(stage: Stage, arn: str) -> None:
    sagemaker, named, token = stage.client("sagemaker"), {"PipelineExecutionArn": arn}, f"{stage.name}-{'0' * 32}"
    end(
        stage,
        arn,
        lambda: str(sagemaker.describe_pipeline_execution(**named)["PipelineExecutionStatus"]),
        lambda: sagemaker.stop_pipeline_execution(**named, ClientRequestToken=token),
    )


def _unregister(stage: Stage, execution: str) -> None:
    """Delete the version that an execution has registered, if it came so far."""
    sagemaker, group = stage.client("sagemaker"), stage.outputs("training")["ModelPackageGroupName"]
    for each in sagemaker.list_model_packages(ModelPackageGroupName=group, **NEWEST)["ModelPackageSummaryList"]:
        package = sagemaker.describe_model_package(ModelPackageName=each["ModelPackageArn"])
        if execution in str(package.get("ModelMetrics")):
            sagemaker.delete_model_package(ModelPackageName=each["ModelPackageArn"])


def play_bad_data(stage: Stage) -> None:
    """More machines than part files: the check says so, and its log is found and shown."""
    said, _ = _run(stage, "--instances", str(PART_FILES + 1), code=NOT_REGISTERED)
    reason = f"the train channel has {PART_FILES} part files for {PART_FILES + 1} machines"
    if reason not in said:
        raise Differs(f"the log of CheckData says: {reason}", said[-600:])
    expect(False, "Train:" in said, "training began")


def play_registers(stage: Stage) -> None:
    """Every step succeeds, and the registered version has all that is known of the model."""
    said, _ = _run(stage, *EASY, code=0)
    for step in STEPS:
        if f"{step}: Succeeded" not in said:
            raise Differs(f"{step}: Succeeded", said[-600:])
    group = stage.outputs("training")["ModelPackageGroupName"]
    found = re.search(rf"registered {group}/(\d+); it waits for approval", said)
    if not found:
        raise Differs(f"registered {group}/VERSION; it waits for approval", said[-600:])
    stem = f"arn:{stage.partition}:sagemaker:{stage.settings.region}:{stage.account}:model-package"
    arn = f"{stem}/{group}/{found[1]}"
    _expect_known(stage, stage.client("sagemaker").describe_model_package(ModelPackageName=arn))


def _expect_known(stage: Stage, package: dict[str, Any]) -> None:
    expect("PendingManualApproval", package["ModelApprovalStatus"], "the approval of a new version")
    metrics = json.loads(_content(stage, package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
    properties = package["CustomerMetadataProperties"]
    expect(metrics["artifact_sha256"], properties["sha256"], "the digest among the properties of the version")
    manifest = json.loads(_content(stage, properties["manifest"]))
    expect(COUNTS["test"], manifest["metrics"]["count"], "test images of the manifest")
    card = json.loads(package["ModelCard"]["ModelCardContent"])
    metric = card["evaluation_details"][0]["metric_groups"][0]["metric_data"][0]
    expect("accuracy", metric["name"], "the first metric of the model card")


def _content(stage: Stage, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content: bytes = stage.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def play_not_better(stage: Stage) -> None:
    """Against a perfect model nothing is registered, and the reason is told."""
    said, reason = _run(stage, *HARD, code=NOT_REGISTERED)
    if "against 1.0000 of the promoted model" not in reason:
        raise Differs("a comparison with the accuracy 1.0000 of the promoted model", reason[-600:])
    expect(False, "Register:" in said, "a model was registered")


NEEDS = ("storage", "training")
CHANGES = "1,500 digits and results of jobs in the bucket, an execution of the pipeline"
STORIES = (
    Story(
        slug="pipeline-step-logs",
        sentence="data that would not do is told from the log of the pipeline's first step, before anything trains",
        needs=NEEDS,
        seconds=1800,
        usd=0.05,
        changes=CHANGES,
        play=play_bad_data,
    ),
    Story(
        slug="pipeline-registers",
        sentence="the pipeline registers a model that is better, with its metrics, card and manifest",
        needs=NEEDS,
        seconds=3600,
        usd=0.15,
        changes=f"{CHANGES}, a version in the registry",
        play=play_registers,
    ),
    Story(
        slug="pipeline-not-better",
        sentence="the pipeline does not register a model that is not better, and says why",
        needs=NEEDS,
        seconds=3600,
        usd=0.15,
        changes=CHANGES,
        play=play_not_better,
    ),
)
