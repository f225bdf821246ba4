"""The operations on processing jobs, by name, and what they answer."""

from __future__ import annotations

import asyncio

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.jobs import processing_checks
from sagemaker_local.sagemaker.jobs.processing_folder import inputs_of
from sagemaker_local.sagemaker.jobs.records import ProcessingJob
from sagemaker_local.sagemaker.jobs.s3_access import S3Access
from sagemaker_local.sagemaker.jobs.training_runner import DAY_SECONDS
from sagemaker_local.sagemaker.listing import ASCENDING, listed
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json


async def _create(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    jobs = service.jobs.processing(control.scope)
    jobs.check_name(request["ProcessingJobName"])
    processing_checks.check(request)
    access = await asyncio.to_thread(_checked_access, service, control, request)
    job = jobs.create(request)
    control.register(job.arn, request.get("Tags", []))
    service.jobs.processing_runner.begin(jobs, job, access)
    return {"ProcessingJobArn": job.arn}


def _checked_access(service: SageMaker, control: ControlPlane, request: Json) -> S3Access:
    """S3 for the role of a job, which sees the data of every input."""
    access = service.jobs.buckets.access(control.scope, request["RoleArn"])
    for each in inputs_of(request):
        access.check_input(each["S3Input"]["S3Uri"])
    return access


async def _describe(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = service.jobs.processing(control.scope).job(request["ProcessingJobName"])
    asked = {name: value for name, value in job.request.items() if name != "Tags"}
    return {
        "StoppingCondition": {"MaxRuntimeInSeconds": DAY_SECONDS},
        **asked,
        **_summary(job),
        **({} if job.began is None else {"ProcessingStartTime": job.began}),
    }


async def _list(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    items = [_summary(job) for job in service.jobs.processing(control.scope).jobs.values()]
    return listed("ProcessingJobSummaries", items, request, name_key="ProcessingJobName", default_order=ASCENDING)


async def _stop(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = service.jobs.processing(control.scope).stop(request["ProcessingJobName"])
    service.jobs.processing_runner.under_way.stop(control.scope, job.name)
    return {}


async def _delete(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    control.unregister(service.jobs.processing(control.scope).delete(request["ProcessingJobName"]).arn)
    return {}


def _summary(job: ProcessingJob) -> Json:
    answer: Json = {
        "ProcessingJobName": job.name,
        "ProcessingJobArn": job.arn,
        "ProcessingJobStatus": str(job.status),
        "CreationTime": job.created,
        "LastModifiedTime": job.modified,
        "ProcessingEndTime": job.ended,
        "ExitMessage": job.exit_message,
        "FailureReason": job.failure_reason,
    }
    return {name: value for name, value in answer.items() if value is not None}


OPERATIONS: dict[str, Operation] = {
    "CreateProcessingJob": _create,
    "DeleteProcessingJob": _delete,
    "DescribeProcessingJob": _describe,
    "ListProcessingJobs": _list,
    "StopProcessingJob": _stop,
}
