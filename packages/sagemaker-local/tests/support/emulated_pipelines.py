"""Pipeline definitions for tests, and a fake of what a pipeline's role can do: its jobs go through given states."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.pipelines.definition import KINDS
from sagemaker_local.sagemaker.records import Scope

Json = dict[str, Any]

SCOPE = Scope(account="123456789012", region="us-east-1")
ROLE = "arn:aws:iam::123456789012:role/pipeline"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
TOKEN = "t" * 32


def get(reference: str) -> Json:
    """A `Get`."""
    return {"Get": reference}


def join(on: str, *values: object) -> Json:
    """A `Std:Join`."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def training(name: str, *, arguments: Json | None = None, **members: Any) -> Json:
    """A step that trains on nothing in particular."""
    request = {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/jobs/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **(arguments or {}),
    }
    return {"Name": name, "Type": "Training", "Arguments": request, **members}


def processing(name: str, **members: Any) -> Json:
    """A step that writes a report to the output `report`."""
    output = {"S3Uri": "s3://bucket/report", "LocalPath": "/opt/ml/processing/report", "S3UploadMode": "EndOfJob"}
    request = {
        "AppSpecification": {"ImageUri": IMAGE},
        "RoleArn": ROLE,
        "ProcessingOutputConfig": {"Outputs": [{"OutputName": "report", "S3Output": output}]},
    }
    return {"Name": name, "Type": "Processing", "Arguments": request, **members}


def condition(name: str, *conditions: Json, then: list[Json], otherwise: list[Json] | None = None) -> Json:
    """A Condition step."""
    arguments = {"Conditions": list(conditions), "IfSteps": then, "ElseSteps": otherwise or []}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def fail(name: str, message: object = "no", **members: Any) -> Json:
    """A Fail step."""
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **members}


def definition(*steps: Json, parameters: list[Json] | None = None, **members: Any) -> str:
    """The JSON text of a definition."""
    return json.dumps({"Version": "2020-12-01", "Parameters": parameters or [], "Steps": list(steps), **members})


def control_plane() -> ControlPlane:
    """A control plane whose clock goes on by a second whenever it is asked."""
    ticks = itertools.count(1_000)
    return ControlPlane(SCOPE, lambda: float(next(ticks)))


@dataclass
class FakeRoleAccess:
    """What a role can do, with jobs that are described by one status after the other; implements `RoleAccess`.

    Parameters
    ----------
    outcomes
        The states of each attempt of a step's job, by the step; `Completed` at once if not given.
    objects
        Content of objects by their address.
    refusals
        What `create` answers, by the step, one attempt after the other.
    """

    outcomes: dict[str, list[list[str]]] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    refusals: dict[str, list[ServiceError]] = field(default_factory=dict)
    requests: list[tuple[str, Json]] = field(default_factory=list)
    most_at_once: int = 0
    _jobs: dict[str, list[str]] = field(default_factory=dict)
    _described: dict[str, Json] = field(default_factory=dict)

    async def call(self, scope: Scope, role: str, operation: str, request: Json) -> Json:
        """Answer as the service does."""
        assert (scope, role) == (SCOPE, ROLE)
        self.requests.append((operation, request))
        for kind in KINDS.values():
            if operation == kind.create:
                return self._create(operation, request, kind.name, kind.arn, kind.status)
            if operation == kind.describe:
                return self._describe(request.get(kind.name) or request["ModelPackageName"], kind.status)
            if operation == kind.stop:
                self._jobs[request[kind.name]] = ["Stopping", "Stopped"]
                return {}
        raise ServiceError("UnknownOperationException", operation)

    async def read(self, scope: Scope, role: str, url: str) -> bytes:
        """The object of that address."""
        assert (scope, role) == (SCOPE, ROLE)
        if url not in self.objects:
            raise validation(f"there is no {url}")
        return self.objects[url]

    def names(self, operation: str) -> list[str]:
        """What was made by an operation, in order, without the random ends of the names."""
        made = [request for called, request in self.requests if called == operation]
        names = [str(next(value for key, value in request.items() if key.endswith("Name"))) for request in made]
        return [re.sub(r"-[A-Za-z0-9]{10}(-0)?$", "", name) for name in names]

    def _create(self, operation: str, request: Json, name: str, arn: str, status: str) -> Json:
        if not name:
            number = sum(called == operation for called, _ in self.requests)
            made = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/{number}"
            self._described[made] = {**request, arn: made}
            return {arn: made}
        called = request[name]
        for step, errors in self.refusals.items():
            if _is_of(called, step) and errors:
                raise errors.pop(0)
        made = f"arn:aws:sagemaker:us-east-1:123456789012:job/{called.lower()}"
        plans = next((plans for step, plans in self.outcomes.items() if _is_of(called, step)), None)
        self._jobs[called] = (plans.pop(0) if plans else []) or ["Completed"]
        self._described[called] = {**request, name: called, arn: made, "ModelArtifacts": {"S3ModelArtifacts": "s3://m"}}
        running = [states for states in self._jobs.values() if len(states) > 1]
        self.most_at_once = max(self.most_at_once, len(running))
        return {arn: made}

    def _describe(self, called: str, status: str) -> Json:
        if called not in self._jobs:
            return self._described[called]
        states = self._jobs[called]
        state, _, reason = (states.pop(0) if len(states) > 1 else states[0]).partition(":")
        return {**self._described[called], status: state, **({"FailureReason": reason} if reason else {})}


def _is_of(job: str, step: str) -> bool:
    """Whether a job without a name of its own is that step's: it ends in the step and ten random characters."""
    return job[:-11].endswith(f"-{step}")
