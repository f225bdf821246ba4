"""What EventBridge and EventBridge Scheduler send when a pipeline is their target: the request to start an execution.

Pure functions on the target and on what is delivered to it. Sources: `SageMakerPipelineParameters` in the API
references of both, and https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html.
"""

from __future__ import annotations

import re
import uuid

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.pipelines.expressions import ExpressionError, text_of, walk
from sagemaker_local.sagemaker.shapes import Json

_PIPELINE = re.compile(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:pipeline/[^/]+")
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution"


def is_pipeline(target_arn: str) -> bool:
    """Whether a target is a pipeline, or the universal target that starts one."""
    return target_arn == UNIVERSAL or _PIPELINE.fullmatch(target_arn) is not None


def start_request(target: Json, event: Json) -> Json:
    """The StartPipelineExecution request of a target.

    Parameters
    ----------
    target
        As it was put: `Arn`, `Input`, `SageMakerPipelineParameters`.
    event
        What is delivered; a parameter's value that begins with `$.` is a path into it.

    Raises
    ------
    ValueError
        When a universal target has no request as its input, or a path leads nowhere.
    """
    token = {"ClientRequestToken": str(uuid.uuid4())}
    if target["Arn"] == UNIVERSAL:
        request = read_json(target.get("Input") or "null")
        if not isinstance(request, dict):
            msg = f"the Input of {UNIVERSAL} must be a StartPipelineExecution request; got {target.get('Input')!r}"
            raise ValueError(msg)
        return {**token, **request}
    listed = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    parameters = [{"Name": each["Name"], "Value": _value(each["Value"], event)} for each in listed]
    return {**token, "PipelineName": target["Arn"], **({"PipelineParameters": parameters} if parameters else {})}


def _value(value: str, event: Json) -> str:
    if not value.startswith("$."):
        return value
    try:
        return text_of(walk(event, value.removeprefix("$.")))
    except ExpressionError as error:
        msg = f"the event has nothing at {value}: {error}"
        raise ValueError(msg) from error
