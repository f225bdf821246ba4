"""The rules of training jobs in one account and region; a pure state machine.

No process is started and no object is read here: whoever runs a job reports each step with `enter` and the end with
`finish`. Names of ended jobs stay taken, as in the service.
"""

from __future__ import annotations

from collections.abc import Callable

from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.jobs.records import ENDED, JobStatus, Phase, TrainingJob, Transition
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

KIND = "training-job"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html, and public logs of jobs.
MESSAGES = {
    Phase.STARTING: "Starting the training job",
    Phase.DOWNLOADING: "Downloading input data",
    Phase.TRAINING: "Training image download completed. Training in progress.",
    Phase.UPLOADING: "Uploading generated training model",
    Phase.INTERRUPTED: "Training job interrupted",
    Phase.STOPPING: "Stopping the training job",
    Phase.COMPLETED: "Training job completed",
    Phase.FAILED: "Training job failed",
    Phase.STOPPED: "Training job stopped",
    Phase.MAX_RUNTIME_EXCEEDED: "Training job runtime exceeded MaxRuntimeInSeconds provided",
    Phase.MAX_WAIT_TIME_EXCEEDED: "Training job wait time exceeded MaxWaitTimeInSeconds provided",
}
WAITING = "Insufficient capacity error from EC2 while launching instances, retrying!"
PREPARING = "Preparing the instances for training"

_ENDINGS = {
    Phase.COMPLETED: JobStatus.COMPLETED,
    Phase.FAILED: JobStatus.FAILED,
    Phase.STOPPED: JobStatus.STOPPED,
    Phase.MAX_RUNTIME_EXCEEDED: JobStatus.STOPPED,
    Phase.MAX_WAIT_TIME_EXCEEDED: JobStatus.STOPPED,
}
_MAX_REASON = 1024


class TrainingJobs:
    """The training jobs of one account and region.

    Parameters
    ----------
    scope
        The account and region.
    clock
        Gives the time in seconds since the epoch.
    """

    def __init__(self, scope: Scope, clock: Callable[[], float]) -> None:
        self.scope, self.clock = scope, clock
        self.jobs: dict[str, TrainingJob] = {}

    def check_name(self, name: str) -> None:
        """See that no job has that name.

        Raises
        ------
        ServiceError
            `ResourceInUse`, as the service words it.
        """
        if name.lower() in self.jobs:
            msg = (
                "Training job names must be unique within an AWS account and region, and a training job with this "
                f"name already exists ({self.scope.arn(KIND, name)})"
            )
            raise ServiceError("ResourceInUse", msg)

    def create(self, request: Json) -> TrainingJob:
        """Begin a job: `InProgress`, `Starting`."""
        name, now = request["TrainingJobName"], self.clock()
        self.check_name(name)
        job = TrainingJob(name=name, arn=self.scope.arn(KIND, name), created=now, modified=now, request=request)
        self.jobs[name.lower()] = job
        self._move(job, Phase.STARTING, now)
        return job

    def job(self, name: str) -> TrainingJob:
        """The job of that name."""
        found = self.jobs.get(name.lower())
        if found is None:
            raise validation("Requested resource not found.")
        return found

    def enter(self, job: TrainingJob, phase: Phase) -> None:
        """The job has come to its next phase."""
        now = self.clock()
        if phase is Phase.DOWNLOADING and job.training_began is None:
            job.training_began = now
        self._move(job, phase, now)

    def note(self, job: TrainingJob, message: str) -> None:
        """What the job does within its phase."""
        job.transitions[-1].message = message
        job.modified = self.clock()

    def stop(self, name: str) -> TrainingJob:
        """Begin the end of a job; one that is being stopped already is left to it."""
        job = self.job(name)
        if job.status in ENDED:
            msg = f"The request was rejected because the training job is in status {job.status}."
            raise validation(msg)
        if job.status is not JobStatus.STOPPING:
            job.status = JobStatus.STOPPING
            self._move(job, Phase.STOPPING, self.clock())
        return job

    def finish(self, job: TrainingJob, phase: Phase, *, reason: str | None = None) -> None:
        """The job has ended; `phase` tells how."""
        now = self.clock()
        job.status = _ENDINGS[phase]
        job.failure_reason = reason[:_MAX_REASON] if reason else None
        if job.training_began is not None:
            job.training_ended = now
        self._move(job, phase, now)
        job.transitions[-1].ended = now

    def delete(self, name: str) -> TrainingJob:
        """Forget a job that has ended."""
        job = self.job(name)
        if job.status not in ENDED:
            msg = f"Training job {job.arn} is in status {job.status}; only a job that has ended can be deleted."
            raise ServiceError("ResourceInUse", msg)
        return self.jobs.pop(name.lower())

    def _move(self, job: TrainingJob, phase: Phase, now: float) -> None:
        if job.transitions:
            job.transitions[-1].ended = now
        job.transitions.append(Transition(phase=phase, message=MESSAGES[phase], began=now))
        job.modified = now
