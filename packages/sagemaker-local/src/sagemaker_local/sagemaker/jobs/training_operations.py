"""The operations on training jobs, by name; `sagemaker_local.sagemaker.operations` enters them in its table."""

from __future__ import annotations

import asyncio

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs import training_checks, training_descriptions
from sagemaker_local.sagemaker.jobs.s3_access import S3Access
from sagemaker_local.sagemaker.listing import ASCENDING, listed
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json

_OF_NO_JOB = {"WarmPoolStatusEquals", "TrainingPlanArnEquals"}
"""Filters by what no job here has."""


async def _create(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    jobs = service.jobs.training(control.scope)
    jobs.check_name(request["TrainingJobName"])
    training_checks.check(request)
    access = await asyncio.to_thread(_checked_access, service, control, request)
    job = jobs.create(request)
    control.register(job.arn, request.get("Tags", []))
    service.jobs.training_runner.begin(jobs, job, access)
    return {"TrainingJobArn": job.arn}


def _checked_access(service: SageMaker, control: ControlPlane, request: Json) -> S3Access:
    """S3 for the role of a job, which sees the data of every channel."""
    access = service.jobs.buckets.access(control.scope, request["RoleArn"])
    for channel in request.get("InputDataConfig", []):
        access.check_input(channel["DataSource"]["S3DataSource"]["S3Uri"])
    return access


async def _describe(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    return training_descriptions.training_job(service.jobs.training(control.scope).job(request["TrainingJobName"]))


async def _list(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    jobs = service.jobs.training(control.scope).jobs.values()
    items = [] if _OF_NO_JOB & request.keys() else [training_descriptions.summary(job) for job in jobs]
    return listed(
        "TrainingJobSummaries",
        items,
        request,
        name_key="TrainingJobName",
        default_order=ASCENDING,
        status_last=True,
    )


async def _stop(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = service.jobs.training(control.scope).stop(request["TrainingJobName"])
    service.jobs.training_runner.under_way.stop(control.scope, job.name)
    return {}


async def _update(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = service.jobs.training(control.scope).job(request["TrainingJobName"])
    if set(request) - {"TrainingJobName"}:
        raise validation("This emulator has no profiler, warm pools or remote debugging to update.")
    return {"TrainingJobArn": job.arn}


async def _delete(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.unregister(service.jobs.training(control.scope).delete(request["TrainingJobName"]).arn)
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateTrainingJob": _create,
    "DeleteTrainingJob": _delete,
    "DescribeTrainingJob": _describe,
    "ListTrainingJobs": _list,
    "StopTrainingJob": _stop,
    "UpdateTrainingJob": _update,
}
