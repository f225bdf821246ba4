"""Machines of EC2: instances, launch templates and configurations."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption, worst
from tools.review.references import reference
from tools.review.rules.machines import compare_machines
from tools.review.shapes import (
    always,
    danger_switch,
    each,
    guard_switch,
    listed,
    number,
    ordered,
    present,
    switch,
    under,
)

_SMALLER = interruption("a smaller machine: it may not hold the load")
_RESTART = interruption("the machine is stopped for it, and started again")


def metadata_tokens(change: Change) -> Verdict:
    """Judge IMDSv2: without required tokens, a request that somebody forges can read the credentials of the role."""
    if change.after == "required":
        return harmless("only requests with a token read the credentials of the machine")
    return access(
        "requests without a token, which somebody can forge through a program, read the credentials of the machine"
    )


def instance_type(change: Change) -> Verdict:
    """Judge the type of one machine, which is stopped for it."""
    return worst(compare_machines(change.before, change.after, down=_SMALLER), _RESTART)


def next_instance_type(change: Change) -> Verdict:
    """Judge the type of the machines that are started next."""
    return compare_machines(change.before, change.after, down=_SMALLER)


_START = harmless("what new machines do when they start is code, which every release changes")
_MEASURED = switch(
    on=cost("the machine is measured every minute"), off=harmless("the machine is measured every five minutes")
)
_DISK: dict[str, Rule] = {
    "Encrypted": guard_switch("the disk is encrypted"),
    "KmsKeyId": reference(
        access("the disk is encrypted with another key"),
        removed=access("the disk is not encrypted with a key of your own any more"),
        added=harmless("the disk is encrypted with a key of your own"),
    ),
    "DeleteOnTermination": switch(
        on=data_loss("the disk is deleted with its machine"),
        off=cost("the disk stays when its machine ends"),
        default=True,
    ),
    "VolumeSize": number(up=cost("larger disks"), down=interruption("smaller disks: what is needed may not fit")),
    "VolumeType": ordered(
        ["standard", "sc1", "st1", "gp2", "gp3", "io1", "io2"],
        up=cost("faster disks, which may cost more"),
        down=interruption("slower disks"),
        default="gp2",
    ),
    **each(number(up=cost("faster disks"), down=interruption("slower disks")), "Iops", "Throughput"),
    "SnapshotId": always(data_loss("disks begin with the content of another snapshot")),
}

_INTERFACE: dict[str, Rule] = {
    "AssociatePublicIpAddress": danger_switch("machines have a public address"),
    **each(
        listed(
            added=access("what another security group lets in or out is open"),
            removed=interruption("what the security group lets in or out is closed"),
        ),
        "Groups",
        "GroupSet",
    ),
}

_METADATA: dict[str, Rule] = {
    "MetadataOptions.HttpTokens": metadata_tokens,
    "MetadataOptions.HttpEndpoint": switch(
        on=access("programs on the machine read its credentials"),
        off=interruption("programs on the machine no longer read its credentials"),
        default=True,
    ),
    "MetadataOptions.HttpPutResponseHopLimit": number(
        up=access("containers on the machine read its credentials too"),
        down=interruption("containers on the machine may no longer read its credentials"),
        default=1,
    ),
    "MetadataOptions.InstanceMetadataTags": always(harmless("only whether programs read the tags of their machine")),
}

_COMMON: dict[str, Rule] = {
    **_METADATA,
    **under("BlockDeviceMappings[].Ebs", _DISK),
    "BlockDeviceMappings[]": present(
        removed=data_loss("a disk less: what is on it does not come back with a new machine"), added=cost("a disk more")
    ),
    **under("NetworkInterfaces[]", _INTERFACE),
    "AssociatePublicIpAddress": danger_switch("machines have a public address"),
    **each(
        listed(
            added=access("what another security group lets in or out is open"),
            removed=interruption("what the security group lets in or out is closed"),
        ),
        "SecurityGroupIds",
        "SecurityGroups",
    ),
    "UserData": always(_START),
    "KeyName": present(
        removed=harmless("nobody signs in with a key"),
        added=access("who has the key signs in"),
        changed=access("who has another key signs in"),
    ),
    "IamInstanceProfile": reference(
        access("programs on the machine work with the rights of another role"),
        removed=interruption("programs on the machine have no rights any more"),
    ),
    "DisableApiTermination": switch(
        on=harmless("nobody ends the machine by mistake any more"),
        off=data_loss("the machine, with what its own disks hold, can be ended by mistake"),
    ),
    "DisableApiStop": guard_switch("nobody stops the machine by mistake"),
    "Monitoring": _MEASURED,
    "Monitoring.Enabled": _MEASURED,
    "InstanceMonitoring": _MEASURED,
    "EbsOptimized": switch(on=harmless("disks have a way of their own"), off=interruption("disks become slower")),
    **each(
        ordered(
            ["standard", "unlimited"],
            up=cost("more than the credits is paid for"),
            down=interruption("the machine becomes slow without credits"),
        ),
        "CreditSpecification.CPUCredits",
        "CreditSpecification.CpuCredits",
    ),
    "InstanceMarketOptions": present(
        removed=cost("machines at full price"),
        added=interruption("machines are taken away at two minutes' notice"),
        changed=interruption("spot machines under other conditions"),
    ),
    "SpotPrice": present(
        removed=cost("machines at full price"),
        added=interruption("machines are taken away when the price rises"),
        changed=interruption("spot machines at another price"),
    ),
    "EnclaveOptions": always(access("secrets of an enclave are protected otherwise")),
    "InstanceInitiatedShutdownBehavior": ordered(
        ["terminate", "stop"],
        up=harmless("a machine that shuts itself down stays"),
        down=data_loss("a machine that shuts itself down is gone"),
        default="stop",
    ),
    "InstanceRequirements": always(cost("other machines are chosen, perhaps dearer ones")),
    **each(
        always(harmless("only the order and names of things")),
        "PrivateDnsNameOptions",
        "PropagateTagsToVolumeOnCreation",
        "VersionDescription",
        "TagSpecifications",
    ),
}

_INSTANCE: dict[str, Rule] = {
    **_COMMON,
    "InstanceType": instance_type,
    "ImageId": always(data_loss("a new machine takes its place: what is on the disk of the old one is gone")),
    "SourceDestCheck": guard_switch("the machine only takes part in traffic of its own", default=True),
    "Tenancy": always(cost("the machine shares its hardware, or does not")),
    "Volumes": listed(added=harmless("a volume more"), removed=interruption("a volume is taken from the machine")),
    "LaunchTemplate": always(data_loss("a new machine takes its place: what is on the disk of the old one is gone")),
    "UserData": always(_RESTART),
}

_NEXT: dict[str, Rule] = {
    **_COMMON,
    "InstanceType": next_instance_type,
    "ImageId": always(harmless("new machines start from another image, which is what a release is")),
}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::EC2::Instance": _INSTANCE,
    "AWS::EC2::LaunchTemplate": {
        **under("LaunchTemplateData", _NEXT),
        **each(always(harmless("only the names of versions and templates")), "VersionDescription", "TagSpecifications"),
    },
    "AWS::AutoScaling::LaunchConfiguration": _NEXT,
}


def removed_template(change: Change) -> Verdict:
    """Judge a launch template that is gone: by design when another one takes its place."""
    base, head = (template.get("Resources", {}) for template in (change.base_template, change.head_template))
    if any(other.get("Type") == change.type for name, other in head.items() if name not in base):
        return harmless("another one takes its place")
    return interruption("no new machine can be started from it")


_LAUNCH = ("AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration")
_MACHINE_GONE = data_loss("the machine ends, with what is on its own disks")
REMOVED: dict[str, Rule] = {"AWS::EC2::Instance": always(_MACHINE_GONE), **each(removed_template, *_LAUNCH)}
ADDED: dict[str, Rule] = {
    "AWS::EC2::Instance": always(cost("a machine that runs all the time")),
    **each(always(harmless("it costs nothing until machines are started from it")), *_LAUNCH),
}
REPLACED: dict[str, Rule] = {
    "AWS::EC2::Instance": always(
        data_loss("a new machine takes its place: what is on the disks of the old one, and its addresses, are gone")
    ),
    **each(always(harmless("new machines are started from the new one, by design")), *_LAUNCH),
}
