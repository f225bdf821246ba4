"""Which steps wait for which: from references, from `DependsOn`, and from the conditions above them. Pure functions."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from sagemaker_local.sagemaker.pipelines.definition import CONDITION, Definition, Step
from sagemaker_local.sagemaker.pipelines.expressions import gets

EXECUTION_VARIABLES = (
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "StartDateTime",
    "CurrentDateTime",
    "TrainingJobName",
    "ProcessingJobName",
)


def dependencies(step: Step) -> frozenset[str]:
    """The steps that must have succeeded before this one starts."""
    referred = {reference.split(".")[1] for reference in gets(step.arguments) if reference.startswith("Steps.")}
    above = {step.branch[0]} if step.branch else set()
    return frozenset(referred | above | step.depends_on)


def problem(definition: Definition) -> str | None:
    """What is wrong with references and dependencies, as a sentence; `None` if nothing is."""
    for step in definition.steps.values():
        for reference in gets(step.arguments):
            if found := _reference_problem(definition, step, reference):
                return found
        if unknown := sorted(step.depends_on - definition.steps.keys()):
            return f"Step '{step.name}' depends on step '{unknown[0]}', which does not exist."
    try:
        TopologicalSorter({name: dependencies(step) for name, step in definition.steps.items()}).prepare()
    except CycleError as error:
        return f"Steps wait for each other: {' -> '.join(error.args[1])}."
    return None


def _reference_problem(definition: Definition, step: Step, reference: str) -> str | None:
    kind, _, rest = reference.partition(".")
    name, _, path = rest.partition(".")
    where = f"Step '{step.name}' refers to '{reference}'"
    if kind == "Parameters" and rest not in definition.parameters:
        return f"{where}, but the pipeline has no parameter '{rest}'."
    if kind == "Execution" and rest not in EXECUTION_VARIABLES:
        return f"{where}; an execution has {', '.join(EXECUTION_VARIABLES)}."
    if kind == "Steps":
        return _step_problem(definition, where, name, path)
    return None if kind in ("Parameters", "Execution") else f"{where}; write Parameters.X, Steps.X.Y or Execution.X."


def _step_problem(definition: Definition, where: str, name: str, path: str) -> str | None:
    if name not in definition.steps:
        return f"{where}, but the pipeline has no step '{name}'."
    found = definition.steps[name]
    head, _, file = path.partition(".")
    if head == "PropertyFiles" and file not in found.property_files:
        return f"{where}, but step '{name}' declares no property file '{file}'."
    if found.kind == CONDITION and path != "Outcome":
        return f"{where}, but a condition step has an Outcome only."
    return None if path else f"{where}, which names no property of the step."
