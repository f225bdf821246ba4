"""Platforms that run containers or machines for you: Batch, App Runner, Lightsail; rules of IoT."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import failures, reference
from tools.review.rules.sagemaker_serving import image
from tools.review.rules.scaling import bound
from tools.review.rules.tasks import CONTAINER
from tools.review.rules.variables import secret_references, variable
from tools.review.shapes import always, danger_switch, each, listed, number, ordered, present, switch, under

_NETWORK: dict[str, Rule] = {
    "SecurityGroupIds": listed(
        added=access("what another security group lets in or out is open"),
        removed=interruption("what the security group lets in or out is closed"),
    ),
    "Subnets": listed(
        added=access("jobs run in other subnets, with their routes"),
        removed=interruption("jobs run in fewer subnets: less is left when a zone fails"),
    ),
}
_STATE = switch(on=harmless("jobs run"), off=interruption("no new job runs"), default=True)

_ENVIRONMENT: dict[str, Rule] = {
    "State": _STATE,
    "ComputeResources.MaxvCpus": bound("at most"),
    "ComputeResources.MinvCpus": number(
        up=cost("more machines run all the time"), down=harmless("fewer machines wait; jobs start later")
    ),
    "ComputeResources.DesiredvCpus": always(harmless("Batch itself changes how many run")),
    "ComputeResources.Type": ordered(
        ["FARGATE_SPOT", "SPOT", "FARGATE", "EC2"],
        up=cost("machines at full price"),
        down=interruption("machines are taken away at two minutes' notice"),
    ),
    "ComputeResources.InstanceTypes": always(cost("other machines, perhaps dearer ones")),
    "ComputeResources.BidPercentage": number(
        up=cost("a higher price is paid"), down=interruption("machines are found more seldom")
    ),
    "ComputeResources.Ec2KeyPair": present(
        removed=harmless("nobody signs in with a key"),
        added=access("who has the key signs in"),
        changed=access("who has another key signs in"),
    ),
    "ComputeResources.InstanceRole": reference(access("machines work with the rights of another role")),
    "ServiceRole": reference(access("the environment works with the rights of another role")),
    **each(
        always(harmless("new machines start from another image or template, which is a release")),
        "ComputeResources.Ec2Configuration",
        "ComputeResources.ImageId",
        "ComputeResources.LaunchTemplate",
        "ComputeResources.UpdateToLatestImageVersion",
        "ComputeResources.AllocationStrategy",
        "ReplaceComputeEnvironment",
    ),
    "UpdatePolicy.TerminateJobsOnUpdate": switch(
        on=interruption("jobs that run are ended by a change"), off=harmless("jobs that run may end by themselves")
    ),
    **under("ComputeResources", _NETWORK),
}

_QUEUE: dict[str, Rule] = {
    "State": _STATE,
    "Priority": always(harmless("only which queue comes first")),
    "ComputeEnvironmentOrder": listed(
        added=harmless("jobs may run elsewhere too"), removed=interruption("jobs can no longer run there")
    ),
    "JobStateTimeLimitActions": listed(
        added=interruption("jobs that wait for too long are given up"),
        removed=harmless("jobs wait for as long as they have to"),
    ),
}

_RETRY = number(
    up=cost("jobs that fail are tried more often"), down=interruption("jobs that fail are tried less often"), default=1
)

_JOB: dict[str, Rule] = {
    **under("ContainerProperties", CONTAINER),
    **under("EcsProperties.TaskProperties[].Containers[]", CONTAINER),
    **each(
        number(up=cost("more for each job"), down=interruption("less for each job: it may not fit")),
        "ContainerProperties.Vcpus",
        "ContainerProperties.Memory",
    ),
    "ContainerProperties.ResourceRequirements[].Value": number(
        up=cost("more for each job"), down=interruption("less for each job: it may not fit")
    ),
    "ContainerProperties.JobRoleArn": reference(access("jobs work with the rights of another role")),
    "ContainerProperties.ExecutionRoleArn": reference(access("images, secrets and logs are reached with another role")),
    "ContainerProperties.NetworkConfiguration.AssignPublicIp": danger_switch("jobs have a public address"),
    "RetryStrategy.Attempts": _RETRY,
    "RetryStrategy.EvaluateOnExit": always(interruption("other failures are tried again")),
    "Timeout.AttemptDurationSeconds": number(
        up=harmless("jobs may take longer"),
        down=interruption("jobs that take longer than this are ended"),
        default=float("inf"),
    ),
    "Parameters": always(harmless("defaults of the command, which are code")),
    "PropagateTags": always(harmless("only tags")),
    "SchedulingPriority": always(harmless("only which job comes first")),
}

_UNITS = {"vcpu": 1024, "gb": 1024, "": 1}


def _size(default: str) -> Rule:
    """Judge processor or memory, written as `1024` or as `1 vCPU` or `2 GB`."""
    compared = number(up=cost("larger machines"), down=interruption("smaller machines: the program may not fit"))

    def rule(change: Change) -> Verdict | None:
        before, after = (_in_units(default if value is None else value) for value in (change.before, change.after))
        return compared(replace(change, before=before, after=after))

    return rule


def _in_units(value: Any) -> float | None:
    found = re.fullmatch(r"([\d.]+)\s*(vcpu|gb|)", str(value).lower())
    return float(found[1]) * _UNITS[found[2]] if found else None


_RUNNER: dict[str, Rule] = {
    "SourceConfiguration.ImageRepository.ImageIdentifier": image,
    **{
        f"SourceConfiguration.{where}.RuntimeEnvironment{what}[]": rule
        for where in ("ImageRepository.ImageConfiguration", "CodeRepository.CodeConfiguration.CodeConfigurationValues")
        for what, rule in (("Variables", variable), ("Secrets", secret_references))
    },
    "SourceConfiguration.AutoDeploymentsEnabled": switch(
        on=access("whoever pushes an image or a commit makes a release"),
        off=harmless("a release is made on purpose"),
        default=True,
    ),
    "SourceConfiguration.CodeRepository.RepositoryUrl": always(access("the code comes from another repository")),
    "SourceConfiguration.CodeRepository.SourceCodeVersion": always(harmless("the code is what a release changes")),
    "SourceConfiguration.ImageRepository.ImageConfiguration.Port": always(
        interruption("the program has to listen at another port")
    ),
    "SourceConfiguration.ImageRepository.ImageConfiguration.StartCommand": always(harmless("the command is code")),
    "SourceConfiguration.AuthenticationConfiguration": always(access("images or code are fetched with other rights")),
    "InstanceConfiguration.Cpu": _size("1024"),
    "InstanceConfiguration.Memory": _size("2048"),
    "InstanceConfiguration.InstanceRoleArn": reference(access("the program works with the rights of another role")),
    "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible": switch(
        on=access("everybody on the internet reaches the service"),
        off=interruption("callers on the internet reach nobody"),
        default=True,
    ),
    "NetworkConfiguration.EgressConfiguration": present(
        removed=access("the program leaves the VPC"),
        added=interruption("the program reaches only what the VPC has a route for"),
        changed=interruption("the program reaches another network"),
    ),
    "HealthCheckConfiguration": always(
        interruption("machines may be taken for ill that are well, or the other way round")
    ),
    "AutoScalingConfigurationArn": reference(interruption("how many run follows other figures")),
    "ObservabilityConfiguration": always(harmless("only whether requests are traced")),
}

_AUTOSCALING: dict[str, Rule] = {
    "MinSize": bound("at least"),
    "MaxSize": bound("at most"),
    "MaxConcurrency": number(
        up=interruption("more requests for each machine: callers may wait"),
        down=cost("more machines for the same requests"),
    ),
}


_LIGHTSAIL: dict[str, Rule] = {
    "Networking.Ports": listed(added=access("more ports are open"), removed=interruption("a port is closed")),
    "KeyPairName": always(access("who has another key signs in")),
    "UserData": always(interruption("the machine is made anew for it")),
    "AddOns": always(data_loss("snapshots are taken otherwise, or no longer")),
    "Containers": always(harmless("another image is what a release is")),
    "IsDisabled": switch(on=interruption("the service is off"), off=harmless("the service is on")),
    "Scale": bound("now"),
}

_TOPIC_RULE: dict[str, Rule] = {
    "TopicRulePayload.RuleDisabled": switch(
        on=interruption("the rule is off: nobody works on the messages"), off=harmless("the rule works")
    ),
    "TopicRulePayload.Sql": always(interruption("other messages than before are worked on")),
    "TopicRulePayload.ErrorAction": failures("messages"),
    "TopicRulePayload.Actions": listed(
        added=cost("more is done with each message"), removed=interruption("something is no longer done with messages")
    ),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::Batch::ComputeEnvironment": _ENVIRONMENT,
    "AWS::Batch::JobQueue": _QUEUE,
    "AWS::Batch::JobDefinition": _JOB,
    "AWS::AppRunner::Service": _RUNNER,
    "AWS::AppRunner::AutoScalingConfiguration": _AUTOSCALING,
    "AWS::Lightsail::Instance": _LIGHTSAIL,
    "AWS::Lightsail::Container": _LIGHTSAIL,
    "AWS::IoT::TopicRule": _TOPIC_RULE,
}

_WORK = ("AWS::Batch::ComputeEnvironment", "AWS::Batch::JobQueue", "AWS::Batch::JobDefinition", "AWS::IoT::TopicRule")
_SERVES = ("AWS::AppRunner::Service", "AWS::AppRunner::VpcConnector", "AWS::Lightsail::Container")
_SETTINGS = ("AWS::AppRunner::AutoScalingConfiguration",)
_DISKS = ("AWS::Lightsail::Instance", "AWS::Lightsail::Database", "AWS::Lightsail::Disk", "AWS::Lightsail::Bucket")
REMOVED: dict[str, Rule] = {
    **each(always(interruption("nobody does its work any more")), *_WORK),
    **each(always(interruption("it is gone: callers see errors")), *_SERVES),
    **each(always(harmless("a setting that nothing names any more; what runs keeps its own")), *_SETTINGS),
    **each(always(data_loss("it is gone, with what it keeps")), *_DISKS),
}
ADDED: dict[str, Rule] = {
    **each(always(harmless("it costs when there is work")), *_WORK),
    "AWS::AppRunner::Service": always(access("a service that is reached from the internet unless it says otherwise")),
    "AWS::Lightsail::Container": always(access("a service on the internet")),
    **each(always(harmless("it costs nothing by itself")), "AWS::AppRunner::VpcConnector", *_SETTINGS),
    **each(always(cost("it is paid for every month")), *_DISKS),
}
REPLACED: dict[str, Rule] = {
    "AWS::Batch::JobDefinition": always(harmless("a new revision, as in every release")),
    "AWS::Batch::ComputeEnvironment": always(harmless("a new environment takes new jobs before the old one goes")),
    "AWS::Batch::JobQueue": always(interruption("jobs in the old queue are given up, and who sends to it sees errors")),
    "AWS::IoT::TopicRule": always(harmless("the same rule under another name")),
    **each(
        always(interruption("a new one, with another address, takes its place: callers of the old one see errors")),
        *_SERVES,
    ),
    **each(always(harmless("a new version of a setting")), *_SETTINGS),
    **each(always(data_loss("a new one takes its place: what the old one keeps is gone")), *_DISKS),
}
