"""Stacks inside stacks, sets of stacks, wait conditions."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, data_loss, harmless, interruption, unknown
from tools.review.references import followed, reference
from tools.review.rules.variables import variable
from tools.review.shapes import always, each, listed, number, switch


def parameter(change: Change) -> Verdict:
    """Judge a parameter of a nested stack; where it is used is told in the nested stack itself."""
    name = (change.property or "").rpartition(".")[2]
    if name.startswith(("AssetParameters", "referenceto")):
        return harmless("it carries over what is told at its own place")
    if change.after is None or change.before is None:
        return harmless("a parameter of the nested template, which is compared itself")
    return followed(change) or variable(change)


_STACK: dict[str, Rule] = {
    "TemplateURL": always(harmless("the nested template is compared itself")),
    "Parameters.*": parameter,
    "NotificationARNs": listed(
        added=harmless("somebody more is told of deployments"),
        removed=access("somebody is no longer told of deployments"),
    ),
    "TimeoutInMinutes": number(
        up=harmless("a deployment may take longer"),
        down=interruption("a deployment that takes longer is taken back"),
        default=float("inf"),
    ),
    "EnableTerminationProtection": switch(
        on=harmless("nobody deletes the stack by mistake"),
        off=data_loss("somebody may delete the stack, with its data, by mistake"),
    ),
}

_SET: dict[str, Rule] = {
    "TemplateURL": always(unknown("the template is not compared here; look at it")),
    "TemplateBody": always(unknown("the template inside is not compared here; look at it")),
    "Capabilities": listed(
        added=access("the stacks may make roles"), removed=interruption("stacks that make roles fail")
    ),
    "AutoDeployment.Enabled": switch(
        on=access("new accounts get the stack by themselves"),
        off=interruption("new accounts no longer get the stack by themselves"),
    ),
    "AutoDeployment.RetainStacksOnAccountRemoval": switch(
        on=harmless("stacks stay when an account leaves"), off=data_loss("stacks are deleted when an account leaves")
    ),
    **each(
        reference(access("stacks are made with the rights of another role")),
        "AdministrationRoleARN",
        "ExecutionRoleName",
    ),
    "StackInstancesGroup": always(data_loss("stacks are made or deleted in other accounts or regions")),
    "OperationPreferences": always(harmless("only how many accounts are changed at once")),
    "ManagedExecution": always(harmless("only how many operations run at once")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::CloudFormation::Stack": _STACK,
    "AWS::CloudFormation::StackSet": _SET,
    "AWS::CloudFormation::WaitCondition": dict.fromkeys(
        ("Count", "Handle", "Timeout"), always(harmless("only for how long, and for what, a deployment waits"))
    ),
    "AWS::CDK::Metadata": {"Analytics": always(harmless("only which constructs made the template"))},
}

_QUIET = ("AWS::CDK::Metadata", "AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle")
_NOTHING = always(harmless("it makes nothing"))
REMOVED: dict[str, Rule] = {
    "AWS::CloudFormation::Stack": always(
        data_loss("the nested stack is deleted, with everything in it that is not retained")
    ),
    "AWS::CloudFormation::StackSet": always(
        data_loss("its stacks in other accounts are no longer managed, or deleted")
    ),
    **each(_NOTHING, *_QUIET),
}
ADDED: dict[str, Rule] = {
    "AWS::CloudFormation::Stack": always(harmless("what is in the nested stack is compared itself")),
    "AWS::CloudFormation::StackSet": always(access("stacks are made in other accounts or regions")),
    **each(_NOTHING, *_QUIET),
}
REPLACED: dict[str, Rule] = {
    "AWS::CloudFormation::Stack": always(data_loss("the nested stack is deleted and made anew, with everything in it")),
    "AWS::CloudFormation::StackSet": always(data_loss("its stacks in other accounts are made anew")),
    **each(_NOTHING, *_QUIET),
}
