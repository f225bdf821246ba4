"""The operations on tuning jobs, by name; `sagemaker_local.sagemaker.operations` enters them in its table."""

from __future__ import annotations

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.jobs import training_checks
from sagemaker_local.sagemaker.listing import ASCENDING, BY_NAME, listed
from sagemaker_local.sagemaker.service import Operation, SageMaker
from sagemaker_local.sagemaker.shapes import Json
from sagemaker_local.sagemaker.tuning import checks, descriptions
from sagemaker_local.sagemaker.tuning.runner import Runner
from sagemaker_local.sagemaker.tuning.training_requests import training_request
from sagemaker_local.sagemaker.tuning.tuning_jobs import TuningJob, TuningJobs

_NAME = "HyperParameterTuningJobName"
_BY_OBJECTIVE = "FinalObjectiveMetricValue"
_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"


async def _create(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    checks.check(request)
    job = TuningJob(name=request[_NAME], arn="", created=0, modified=0, request=request)
    training_checks.check(training_request(job, job.name, {}))  # what would fail every training job
    jobs = control.resources(TuningJobs)
    job = jobs.create(request)
    control.register(job.arn, request.get("Tags", []))

    async def call(operation: str, document: Json) -> Json:
        return await service.call(control.scope, operation, document)

    service.tuning.begin(control.scope, job.name, Runner(jobs, job, call).run)
    return {"HyperParameterTuningJobArn": job.arn}


async def _describe(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    return descriptions.tuning_job(control.resources(TuningJobs).job(request[_NAME]))


async def _stop(service: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = control.resources(TuningJobs).stop(request[_NAME])
    service.tuning.stop(control.scope, job.name)
    return {}


async def _delete(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    jobs = control.resources(TuningJobs)
    if jobs.has(request[_NAME]):  # one that does not exist is no error here
        control.unregister(jobs.delete(request[_NAME]).arn)
    return {}


async def _list(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    items = [descriptions.summary(job) for job in control.resources(TuningJobs).jobs.values()]
    return listed(
        "HyperParameterTuningJobSummaries",
        items,
        request,
        name_key=_NAME,
        default_sort=BY_NAME,
        default_order=ASCENDING,
    )


async def _list_trials(_: SageMaker, control: ControlPlane, request: Json) -> Json:
    job = control.resources(TuningJobs).job(request[_NAME])
    items = [descriptions.trial(job, trial) for trial in job.trials]
    name_key = "TrainingJobName"
    if request.get("SortBy") == _BY_OBJECTIVE:
        items = [{**item, _BY_OBJECTIVE: item[_OBJECTIVE]["Value"]} for item in items if _OBJECTIVE in item]
        name_key = _BY_OBJECTIVE
    return listed(
        "TrainingJobSummaries",
        items,
        request,
        name_key=name_key,
        default_sort=BY_NAME,
        default_order=ASCENDING,
        hidden=(_BY_OBJECTIVE,),
    )


OPERATIONS: dict[str, Operation] = {
    "CreateHyperParameterTuningJob": _create,
    "DeleteHyperParameterTuningJob": _delete,
    "DescribeHyperParameterTuningJob": _describe,
    "ListHyperParameterTuningJobs": _list,
    "ListTrainingJobsForHyperParameterTuningJob": _list_trials,
    "StopHyperParameterTuningJob": _stop,
}
