"""What the deployed roles may do, and what they may not: role, action, resource, and what a request says.

In a resource, words in braces are filled in from the deployment: `{bucket}`, `{model}` (the key of the archive that is
served), `{name}` (`digits-ENVIRONMENT`) and others, as `tools/accept/stories/roles.py` has them; `{role:NAME}` is the
ARN of a role of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROLES = {
    "prediction": ("api", "PredictionRole"),
    "uploads": ("api", "UploadsRole"),
    "worker": ("upload", "ReadingWorkerRole"),
    "serving": ("inference", "ServingExecutionRole"),
    "artifact": ("inference", "ArtifactCheckRole"),
    "consumer": ("stream", "DigitsConsumerRole"),
    "job": ("training", "JobRole"),
    "step": ("training", "StepRole"),
    "pipeline": ("training", "PipelineRole"),
    "notebook": ("notebook", "NotebookRole"),
}
"""Part and beginning of the logical id of each role that programs of the project run with."""

CONTEXT_TYPES = {
    "sagemaker:InstanceTypes": "stringList",
    "sagemaker:MaxRuntimeInSeconds": "numeric",
    "sagemaker:KeepAlivePeriod": "numeric",
    "sagemaker:NetworkIsolation": "boolean",
}
"""Types of condition keys for the simulator; those of the others are `string`."""

Context = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request that a role may or may not make.

    Attributes
    ----------
    role
        A name of `ROLES`.
    action, resource
        What is asked for.
    context
        Condition keys of the request, and their values.
    allowed
        Whether it may.
    """

    role: str
    action: str
    resource: str
    context: Context = field(default_factory=dict)
    allowed: bool


_TRAINING_JOB = "{sagemaker}:training-job/{name}-1"
_STEP_JOB = "{sagemaker}:processing-job/{name}-1"
_ENDPOINT = "{sagemaker}:endpoint/{name}"
_CREATE, _STEP = "sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"
_TYPES, _SECONDS = "sagemaker:InstanceTypes", "sagemaker:MaxRuntimeInSeconds"
_ISOLATION, _WARM = "sagemaker:NetworkIsolation", "sagemaker:KeepAlivePeriod"
_JOB: Context = {_TYPES: "{instance_type}", _SECONDS: "{run_seconds}", _ISOLATION: "{isolation}"}
_STEPS: Context = {_TYPES: "{step_type}", _SECONDS: "1800", _ISOLATION: "{isolation}"}
_DEAR: Context = {**_JOB, _TYPES: "ml.p4d.24xlarge"}
_LONG: Context = {**_JOB, _SECONDS: "{too_many_seconds}"}
_KEPT_WARM: Context = {**_JOB, _WARM: "600"}
_TO_SAGEMAKER: Context = {"iam:PassedToService": "sagemaker.amazonaws.com"}
_TO_LAMBDA: Context = {"iam:PassedToService": "lambda.amazonaws.com"}
_ONCE: Context = {"s3:if-none-match": "*"}

_ALLOWED: tuple[tuple[str, str, str, Context], ...] = (
    ("prediction", "sagemaker:InvokeEndpoint", _ENDPOINT, {}),
    ("uploads", "s3:PutObject", "{inbox}/uploads/x", {}),
    ("uploads", "dynamodb:PutItem", "{jobs}", {}),
    ("worker", "s3:GetObject", "{inbox}/uploads/x", {}),
    ("worker", "dynamodb:UpdateItem", "{jobs}", {}),
    ("worker", "sagemaker:InvokeEndpoint", _ENDPOINT, {}),
    ("serving", "s3:GetObject", "{bucket}/{model}", {}),
    ("artifact", "s3:GetObject", "{bucket}/{model}", {}),
    ("consumer", "s3:PutObject", "{bucket}/stream/parts/a", {}),
    ("consumer", "s3:PutObject", "{bucket}/stream/dead-letters/a", {}),
    ("consumer", "kinesis:GetRecords", "{stream}", {}),
    ("job", "s3:GetObject", "{bucket}/channels/0/train/part", {}),
    ("job", "s3:PutObject", "{bucket}/jobs/j/output/model.tar.gz", {}),
    ("job", "s3:ListBucket", "{bucket}", {"s3:prefix": "channels/0/train/"}),
    ("step", "s3:GetObject", "{bucket}/jobs/j/output/model.tar.gz", {}),
    ("step", "s3:PutObject", "{bucket}/pipeline/evaluations/e/evaluation.json", {}),
    ("pipeline", _CREATE, _TRAINING_JOB, _JOB),
    ("pipeline", _STEP, _STEP_JOB, _STEPS),
    ("pipeline", "iam:PassRole", "{role:job}", _TO_SAGEMAKER),
    ("pipeline", "iam:PassRole", "{role:step}", _TO_SAGEMAKER),
    ("pipeline", "s3:GetObject", "{bucket}/pipeline/evaluations/e/evaluation.json", {}),
    ("notebook", "s3:ListBucket", "{bucket}", {"s3:prefix": "channels/"}),
    ("notebook", "s3:GetObject", "{bucket}/sources/mnist/a", {}),
    ("notebook", "s3:GetObject", "{bucket}/jobs/j/output/model.tar.gz", {}),
    ("notebook", "s3:PutObject", "{bucket}/channels/new/part", _ONCE),
    ("notebook", "ssm:GetParameter", "{parameters}/training", {}),
    ("notebook", "ssm:GetParameter", "{parameters}/api", {}),
    ("notebook", "ssm:GetParameter", "{parameters}/bucket-name", {}),
    ("notebook", _CREATE, _TRAINING_JOB, _JOB),
    ("notebook", "sagemaker:DescribeTrainingJob", _TRAINING_JOB, {}),
    ("notebook", "sagemaker:StopTrainingJob", _TRAINING_JOB, {}),
    ("notebook", "iam:PassRole", "{role:job}", _TO_SAGEMAKER),
    ("notebook", "sagemaker:DescribeEndpoint", _ENDPOINT, {}),
    ("notebook", "sagemaker:StopNotebookInstance", "{sagemaker}:notebook-instance/{name}", {}),
    ("notebook", "logs:GetLogEvents", "{job_logs}:log-stream:{name}-1/algo-1", {}),
    ("notebook", "execute-api:Invoke", "{api}/GET/model", {}),
    ("notebook", "execute-api:Invoke", "{api}/POST/predictions", {}),
)
_DENIED: tuple[tuple[str, str, str, Context], ...] = (
    ("prediction", "sagemaker:InvokeEndpoint", "{sagemaker}:endpoint/other", {}),
    ("prediction", "sagemaker:DeleteEndpoint", _ENDPOINT, {}),
    ("prediction", "s3:GetObject", "{bucket}/{model}", {}),
    ("uploads", "s3:GetObject", "{inbox}/uploads/x", {}),
    ("uploads", "s3:PutObject", "{inbox}/other/x", {}),
    ("uploads", "dynamodb:DeleteItem", "{jobs}", {}),
    ("uploads", "sagemaker:InvokeEndpoint", _ENDPOINT, {}),
    ("worker", "s3:PutObject", "{inbox}/uploads/x", {}),
    ("worker", "s3:DeleteObject", "{inbox}/uploads/x", {}),
    ("worker", "s3:GetObject", "{bucket}/{model}", {}),
    ("worker", "dynamodb:PutItem", "{jobs}", {}),
    ("serving", "s3:GetObject", "{bucket}/models/other/model.tar.gz", {}),
    ("serving", "s3:PutObject", "{bucket}/{model}", {}),
    ("artifact", "s3:DeleteObject", "{bucket}/{model}", {}),
    ("consumer", "s3:PutObject", "{bucket}/models/a", {}),
    ("consumer", "s3:PutObject", "{bucket}/channels/a", {}),
    ("consumer", "s3:GetObject", "{bucket}/stream/parts/a", {}),
    ("consumer", "s3:DeleteObject", "{bucket}/stream/parts/a", {}),
    ("consumer", "kinesis:PutRecord", "{stream}", {}),
    ("consumer", "kinesis:GetRecords", "{stream}-other", {}),
    ("job", "s3:PutObject", "{bucket}/pipeline/evaluations/e/evaluation.json", {}),
    ("job", "s3:PutObject", "{bucket}/channels/0/train/part", {}),
    ("job", "s3:PutObject", "{bucket}/models/0/model.tar.gz", {}),
    ("job", "s3:ListBucket", "{bucket}", {"s3:prefix": "models/"}),
    ("job", _CREATE, _TRAINING_JOB, _JOB),
    ("step", "s3:PutObject", "{bucket}/jobs/j/output/model.tar.gz", {}),
    ("step", "s3:PutObject", "{bucket}/models/0/model.tar.gz", {}),
    ("step", "iam:PassRole", "{role:step}", _TO_SAGEMAKER),
    ("pipeline", _CREATE, "{sagemaker}:training-job/other-1", _JOB),
    ("pipeline", _CREATE, _TRAINING_JOB, _DEAR),
    ("pipeline", _CREATE, _TRAINING_JOB, _LONG),
    ("pipeline", _CREATE, _TRAINING_JOB, _KEPT_WARM),
    ("pipeline", _CREATE, _TRAINING_JOB, {}),
    ("pipeline", "iam:PassRole", "{role:pipeline}", _TO_SAGEMAKER),
    ("pipeline", "iam:PassRole", "{role:job}", _TO_LAMBDA),
    ("pipeline", "s3:PutObject", "{bucket}/pipeline/evaluations/e/evaluation.json", {}),
    ("pipeline", "sagemaker:UpdateModelPackage", "{sagemaker}:model-package/{name}/1", {}),
    ("notebook", "s3:ListBucket", "{bucket}", {}),
    ("notebook", "s3:ListBucket", "{bucket}", {"s3:prefix": "models/"}),
    ("notebook", "s3:GetObject", "{bucket}/models/none/model.tar.gz", {}),
    ("notebook", "s3:PutObject", "{bucket}/models/x/model.tar.gz", _ONCE),
    ("notebook", "s3:PutObject", "{bucket}/channels/new/part", {}),
    ("notebook", "s3:PutObject", "{bucket}/jobs/x/model.tar.gz", _ONCE),
    ("notebook", "s3:DeleteObject", "{bucket}/channels/new/part", {}),
    ("notebook", "ssm:GetParameter", "{parameters}-other/training", {}),
    ("notebook", "ssm:PutParameter", "{parameters}/training", {}),
    ("notebook", _CREATE, "{sagemaker}:training-job/other-1", _JOB),
    ("notebook", _CREATE, _TRAINING_JOB, _DEAR),
    ("notebook", _CREATE, _TRAINING_JOB, _LONG),
    ("notebook", _CREATE, _TRAINING_JOB, _KEPT_WARM),
    ("notebook", "sagemaker:StopTrainingJob", "{sagemaker}:training-job/other-1", {}),
    ("notebook", "iam:PassRole", "{role:pipeline}", _TO_SAGEMAKER),
    ("notebook", "sagemaker:DeleteEndpoint", _ENDPOINT, {}),
    ("notebook", "sagemaker:UpdateEndpoint", _ENDPOINT, {}),
    ("notebook", "sagemaker:InvokeEndpoint", _ENDPOINT, {}),
    ("notebook", "sagemaker:CreateModel", "{sagemaker}:model/m", {}),
    ("notebook", "sagemaker:StopNotebookInstance", "{sagemaker}:notebook-instance/other", {}),
    ("notebook", "sagemaker:DeleteNotebookInstance", "{sagemaker}:notebook-instance/{name}", {}),
    ("notebook", "logs:GetLogEvents", "{job_logs}:log-stream:other-1/algo-1", {}),
    ("notebook", "iam:CreateRole", "{role:notebook}", {}),
    ("notebook", "lambda:ListFunctions", "*", {}),
)

TABLE = tuple(
    Row(role=role, action=action, resource=resource, context=context, allowed=allowed)
    for allowed, rows in ((True, _ALLOWED), (False, _DENIED))
    for role, action, resource, context in rows
)
