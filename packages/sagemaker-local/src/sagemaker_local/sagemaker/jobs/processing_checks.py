"""Checks of CreateProcessingJob beyond the form of a request, and what this emulator cannot run. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.jobs.processing_folder import PYTHONS, ROOT, inputs_of, outputs_of
from sagemaker_local.sagemaker.jobs.s3_access import split_prefix
from sagemaker_local.sagemaker.jobs.training_checks import check_image
from sagemaker_local.sagemaker.shapes import Json


def check(request: Json) -> None:
    """See that a job of this request can be run.

    Raises
    ------
    ServiceError
        `ValidationException` that says what is wrong.
    """
    check_image(request["AppSpecification"]["ImageUri"])
    for problem in _problems(request):
        raise validation(problem)
    for each in inputs_of(request):
        split_prefix(each["S3Input"]["S3Uri"])
    for each in outputs_of(request):
        split_prefix(each["S3Output"]["S3Uri"])


def _problems(request: Json) -> Iterator[str]:
    entrypoint = request["AppSpecification"].get("ContainerEntrypoint") or []
    if len(entrypoint) < 2 or entrypoint[0] not in PYTHONS or not entrypoint[1].startswith(f"{ROOT}/"):
        yield (
            "This emulator runs Python programs that an input brings: ContainerEntrypoint must be "
            f'["{PYTHONS[0]}", "{ROOT}/...", ...]; got {entrypoint}.'
        )
    cluster = request["ProcessingResources"]["ClusterConfig"]
    if not cluster.get("InstanceType") or not cluster.get("InstanceCount"):
        yield f"ClusterConfig needs an InstanceType and an InstanceCount of at least 1; got {cluster}."
    yield from _input_problems(inputs_of(request))
    yield from _output_problems(outputs_of(request))


def _input_problems(inputs: list[Json]) -> Iterator[str]:
    yield from _repeated([each["InputName"] for each in inputs], "Processing input")
    for each in inputs:
        source, name = each.get("S3Input"), f"Processing input {each['InputName']}"
        if not source:
            yield f"{name}: this emulator reads data from S3 only; give an S3Input."
            return
        yield from _path_problems(name, source)
        if source.get("S3InputMode", "File") != "File" or source.get("S3CompressionType", "None") != "None":
            yield f"{name}: this emulator has S3InputMode File without compression only."


def _output_problems(outputs: list[Json]) -> Iterator[str]:
    yield from _repeated([each["OutputName"] for each in outputs], "Processing output")
    for each in outputs:
        name = f"Processing output {each['OutputName']}"
        if not each.get("S3Output"):
            yield f"{name}: this emulator writes data to S3 only; give an S3Output."
            return
        yield from _path_problems(name, each["S3Output"])


def _path_problems(name: str, where: Json) -> Iterator[str]:
    path = where.get("LocalPath", "")
    if not path.startswith(f"{ROOT}/") or ".." in path.split("/"):
        yield f"{name}: LocalPath must begin with {ROOT}/; got {path!r}."


def _repeated(names: list[str], what: str) -> Iterator[str]:
    if len(set(names)) != len(names):
        yield f"{what} names must be unique; got {', '.join(names)}."
