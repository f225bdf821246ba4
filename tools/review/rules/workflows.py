"""Work in steps: pipelines of SageMaker and state machines, whose definitions are read step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, unknown, worst
from tools.review.references import reference
from tools.review.rules.definitions import Difference, definition_differences, parse_definition
from tools.review.rules.machines import compare_machines
from tools.review.rules.sagemaker_serving import image
from tools.review.shapes import always, each, guard_switch, number, ordered, present, switch

_SMALLER = interruption("a smaller machine: jobs may not fit on it")
_OWN_KEY = reference(
    access("it is encrypted with another key, which others may use"),
    removed=access("it can be read without the right to use a key of your own"),
    added=harmless("it is encrypted with a key of your own"),
)

_LEAVES: dict[str, Rule] = {
    "InstanceType": lambda change: compare_machines(change.before, change.after, down=_SMALLER),
    **each(
        number(
            up=cost("more machines or disk for each run"), down=interruption("less room for each run: jobs may not fit")
        ),
        "InstanceCount",
        "VolumeSizeInGB",
    ),
    "MaxRuntimeInSeconds": number(
        up=cost("runs that hang are paid for longer"), down=interruption("runs that take longer than this are stopped")
    ),
    "EnableNetworkIsolation": guard_switch("the containers of the jobs have no network"),
    "EnableInterContainerTrafficEncryption": guard_switch("what the machines of a job tell each other is encrypted"),
    "EnableManagedSpotTraining": switch(
        on=harmless("cheaper machines, which may be taken away; the job then begins again"),
        off=cost("machines at full price"),
    ),
    **each(_OWN_KEY, "KmsKeyId", "VolumeKmsKeyId", "OutputKmsKeyId"),
    **each(
        present(
            removed=access("the jobs leave their VPC or their isolation"),
            added=harmless("the jobs run behind a guard more"),
        ),
        "VpcConfig",
        "NetworkConfig",
    ),
    "RoleArn": reference(access("the jobs work with the rights of another role")),
    "ImageUri": image,
    "TrainingImage": image,
    "ModelApprovalStatus": lambda change: (
        access("models are approved without anybody looking at them")
        if change.after == "Approved"
        else harmless("somebody has to approve a model first")
    ),
}


def pipeline_definition(change: Change) -> Verdict:
    """Judge the steps of a SageMaker pipeline: machines, isolation, the gate before a model is registered."""
    return _definition(change, _pipeline_leaf, "the steps are code, which every release changes")


def state_machine(change: Change) -> Verdict:
    """Judge a state machine: what is tried again, what is caught, what is gone."""
    return _definition(change, _state_leaf, "the states are code, which every release changes")


def _definition(change: Change, leaf: Callable[[Change, Difference], Verdict | None], fine: str) -> Verdict:
    before, after = parse_definition(change.before), parse_definition(change.after)
    if before is None or after is None:
        return unknown("the definition is not written out, so its steps cannot be compared")
    verdicts = [
        verdict
        for found in definition_differences(before, after)
        if (verdict := leaf(replace(change, before=found.before, after=found.after), found)) is not None
    ]
    return worst(harmless(fine), *verdicts) if verdicts else harmless(fine)


def _pipeline_leaf(change: Change, found: Difference) -> Verdict | None:
    if found.path[0] == "Parameters":
        return _pipeline_parameter(change, found)
    if "Conditions" in found.path:
        return access("the gate that a model has to pass asks something else")
    step = len(found.path) == 2 or (len(found.path) > 2 and found.path[-2] in {"Steps", "IfSteps", "ElseSteps"})
    if step and found.after is None:
        gate = isinstance(found.before, dict) and found.before.get("Type") in {
            "Condition",
            "QualityCheck",
            "ClarifyCheck",
            "Fail",
        }
        if gate:
            return access(f"the gate {found.name} is gone: models are registered without it")
        return interruption(f"the step {found.name} is gone: nobody does its work")
    rule = _LEAVES.get(found.name)
    return rule(change) if rule else None


def _pipeline_parameter(change: Change, found: Difference) -> Verdict | None:
    name = found.path[1] if len(found.path) > 1 else ""
    if found.after is None and len(found.path) == 2:
        return interruption(f"the parameter {name} is gone: runs that give it fail")
    if found.name != "DefaultValue" or name.startswith("Promoted"):
        return None
    if name in _LEAVES:
        return _LEAVES[name](change)
    if re.search("Minimum|Threshold", name):
        return number(up=harmless("the gate is higher"), down=access(f"the gate {name} of new models is lower"))(change)
    if re.search("Maximum|Tolerance", name):
        return number(up=access(f"the gate {name} of new models is wider"), down=harmless("the gate is narrower"))(
            change
        )
    return None


def _state_leaf(change: Change, found: Difference) -> Verdict | None:
    if {"Catch", "Retry"} & set(found.path) and found.after is None:
        return interruption("an error that was caught or tried again now ends the execution")
    if found.name == "TimeoutSeconds":
        return number(
            up=harmless("a state may take longer"), down=interruption("a state that takes longer than this fails")
        )(change)
    if len(found.path) >= 2 and found.path[-2] == "States" and found.after is None:
        return interruption(f"the state {found.name} is gone: nobody does its work")
    return None


_MACHINE: dict[str, Rule] = {
    **each(state_machine, "DefinitionString", "Definition"),
    "DefinitionS3Location": always(harmless("the definition is code, which every release changes")),
    "DefinitionSubstitutions": always(harmless("the definition is code, which every release changes")),
    "RoleArn": reference(access("executions work with the rights of another role")),
    "LoggingConfiguration": present(
        removed=data_loss("executions are no longer logged"),
        added=cost("executions are logged, which is paid for each line"),
    ),
    "LoggingConfiguration.Level": ordered(
        ["OFF", "FATAL", "ERROR", "ALL"],
        up=cost("more of each execution is logged"),
        down=data_loss("less of each execution is logged"),
        default="OFF",
    ),
    "LoggingConfiguration.IncludeExecutionData": switch(
        on=access("inputs and outputs of executions stand in the logs, for whoever may read them"),
        off=harmless("inputs and outputs of executions do not stand in the logs"),
    ),
    "LoggingConfiguration.Destinations": always(
        data_loss("executions are logged to another group, with another retention")
    ),
    "TracingConfiguration.Enabled": switch(
        on=cost("each traced execution costs a little"),
        off=harmless("executions are no longer traced; nothing else changes"),
    ),
    "EncryptionConfiguration": present(
        removed=access("executions can be read without the right to use a key of your own"),
        added=harmless("executions are encrypted with a key of your own"),
        changed=access("executions are encrypted with another key"),
    ),
}

_PIPELINE: dict[str, Rule] = {
    "PipelineDefinition.PipelineDefinitionBody": pipeline_definition,
    "PipelineDefinition.PipelineDefinitionS3Location": always(
        harmless("the steps are code, which every release changes")
    ),
    "RoleArn": reference(access("the jobs work with the rights of another role")),
    "ParallelismConfiguration.MaxParallelExecutionSteps": number(
        up=cost("more steps run at the same time"), down=harmless("fewer steps run at the same time; runs take longer")
    ),
    "PipelineDisplayName": always(harmless("only a name for people")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::SageMaker::Pipeline": _PIPELINE,
    "AWS::StepFunctions::StateMachine": _MACHINE,
}

_KINDS = (*PROPERTIES, "AWS::StepFunctions::Activity")
REMOVED: dict[str, Rule] = each(
    always(interruption("nobody does its work any more, and who starts it sees errors")), *_KINDS
)
ADDED: dict[str, Rule] = each(always(harmless("it costs when it runs, and nothing runs it by itself")), *_KINDS)
REPLACED: dict[str, Rule] = each(
    always(interruption("what is running ends, and who starts it by its old name sees errors")), *_KINDS
)
