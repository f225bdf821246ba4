"""The rules of training jobs in one account and region; a pure state machine.

No process is started and no object is read here: the runner of a job reports each step with `enter` and the end with
`finish`.
"""

from __future__ import annotations

from sagemaker_local.sagemaker.jobs.job_table import REASON_LENGTH_MAX, JobTable, JobTexts
from sagemaker_local.sagemaker.jobs.records import JobStatus, Phase, TrainingJob, Transition
from sagemaker_local.sagemaker.shapes import Json

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


class TrainingJobs(JobTable[TrainingJob]):
    """The training jobs of one account and region."""

    texts = JobTexts(
        arn_kind="training-job",
        name_member="TrainingJobName",
        noun="training job",
        name_taken="Training job names must be unique within an AWS account and region, and a training job with this "
        "name already exists ({arn})",
        not_found="Requested resource not found.",
    )

    def _new(self, name: str, arn: str, now: float, request: Json) -> TrainingJob:
        job = TrainingJob(name=name, arn=arn, created=now, modified=now, request=request)
        self._move(job, Phase.STARTING, now)
        return job

    def _stopping(self, job: TrainingJob) -> None:
        self._move(job, Phase.STOPPING, job.modified)

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

    def finish(self, job: TrainingJob, phase: Phase, *, reason: str | None = None) -> None:
        """The job has ended, in the phase that says how."""
        now = self.clock()
        job.status = _ENDINGS[phase]
        job.failure_reason = reason[:REASON_LENGTH_MAX] if reason else None
        if job.training_began is not None:
            job.training_ended = now
        self._move(job, phase, now)
        job.transitions[-1].ended = now

    def _move(self, job: TrainingJob, phase: Phase, now: float) -> None:
        if job.transitions:
            job.transitions[-1].ended = now
        job.transitions.append(Transition(phase=phase, message=MESSAGES[phase], began=now))
        job.modified = now
