"""Environments of Elastic Beanstalk, whose settings are a list of options."""

from __future__ import annotations

from dataclasses import replace

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, unknown
from tools.review.references import reference
from tools.review.rules.instances import next_instance_type
from tools.review.rules.scaling import bound
from tools.review.rules.variables import variable
from tools.review.shapes import always, danger_switch, each, number, ordered, present, switch
from tools.review.values import at


def option(change: Change) -> Verdict:
    """Judge an option of Elastic Beanstalk, by its name."""
    name = str(at(change.after or change.before, "OptionName"))
    before, after = at(change.before, "Value"), at(change.after, "Value")
    rule = _OPTIONS.get(name)
    values = replace(change, property=name, before=before, after=after)
    verdict = rule(values) if rule else None
    if verdict is not None:
        return verdict
    if str(at(change.after or change.before, "Namespace")).endswith("application:environment"):
        return variable(values)
    return unknown(f"the option {name} has another value")


_OPTIONS: dict[str, Rule] = {
    "MinSize": bound("at least"),
    "MaxSize": bound("at most"),
    **each(next_instance_type, "InstanceType", "InstanceTypes"),
    "EC2KeyName": present(
        removed=harmless("nobody signs in with a key"),
        added=access("who has the key signs in"),
        changed=access("who has another key signs in"),
    ),
    "DisableIMDSv1": switch(
        on=harmless("only requests with a token read the credentials"),
        off=access("requests without a token read the credentials"),
    ),
    "AssociatePublicIpAddress": danger_switch("machines have a public address"),
    "IamInstanceProfile": reference(access("the program works with the rights of another role")),
    "StreamLogs": switch(on=cost("logs are kept"), off=data_loss("logs are no longer kept")),
    "DeleteOnTerminate": switch(on=data_loss("logs are deleted with the environment"), off=cost("logs stay")),
    "RetentionInDays": number(up=cost("logs are kept for longer"), down=data_loss("logs are deleted sooner")),
    "ManagedActionsEnabled": switch(
        on=harmless("patches arrive by themselves"), off=access("patches no longer arrive by themselves")
    ),
    "DeploymentPolicy": ordered(
        ["AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting"],
        up=harmless("a release is tried on a part first"),
        down=interruption("callers see errors while a release is brought out"),
        default="AllAtOnce",
    ),
    "EnvironmentType": ordered(
        ["SingleInstance", "LoadBalanced"],
        up=cost("a load balancer"),
        down=interruption("one machine answers alone"),
        default="LoadBalanced",
    ),
    "SSLPolicy": always(access("other ciphers are accepted")),
    "HasCoupledDatabase": always(data_loss("the database of the environment is separated, or deleted with it")),
    "DBDeletionPolicy": ordered(
        ["Delete", "Snapshot", "Retain"],
        up=harmless("the database stays longer"),
        down=data_loss("the database is deleted with its environment"),
        default="Snapshot",
    ),
}

_BEANSTALK: dict[str, Rule] = {
    "OptionSettings[]": option,
    "VersionLabel": always(harmless("another version of the code, which is what a release is")),
    **each(
        always(harmless("another platform, with its patches; the tests of the code run on it")),
        "SolutionStackName",
        "PlatformArn",
    ),
}

PROPERTIES: dict[str, dict[str, Rule]] = {"AWS::ElasticBeanstalk::Environment": _BEANSTALK}

_SERVES = ("AWS::ElasticBeanstalk::Environment", "AWS::ElasticBeanstalk::Application")
_SETTINGS = ("AWS::ElasticBeanstalk::ConfigurationTemplate", "AWS::ElasticBeanstalk::ApplicationVersion")
REMOVED: dict[str, Rule] = {
    **each(always(interruption("it is gone: callers see errors")), *_SERVES),
    **each(always(harmless("a setting that nothing names any more; what runs keeps its own")), *_SETTINGS),
}
ADDED: dict[str, Rule] = {
    "AWS::ElasticBeanstalk::Environment": always(cost("machines that run all the time")),
    **each(always(harmless("it costs nothing by itself")), "AWS::ElasticBeanstalk::Application", *_SETTINGS),
}
REPLACED: dict[str, Rule] = {
    **each(
        always(interruption("a new one, with another address, takes its place: callers of the old one see errors")),
        *_SERVES,
    ),
    **each(always(harmless("a new version of a setting")), *_SETTINGS),
}
