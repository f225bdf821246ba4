"""EKS: clusters, node groups, add-ons."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.rules.scaling import bound
from tools.review.shapes import always, danger_switch, each, guard_switch, listed, number, ordered, present, switch
from tools.review.values import figure

_EVERYWHERE = ["0.0.0.0/0"]


def version(change: Change) -> Verdict:
    """Judge a version of Kubernetes, such as 1.33: there is no way back, and interfaces that are old go."""
    before, after = (
        tuple(part for word in str(value).split(".") if (part := figure(word)) is not None)
        for value in (change.before, change.after)
    )
    if len(before) > 1 and len(after) > 1 and after > before:
        return interruption("programs that use an interface which the newer version lacks fail; there is no way back")
    return interruption("an older version is not possible without a new cluster")


def public_ranges(change: Change) -> Verdict:
    """Judge from which addresses the interface of the cluster can be reached; from everywhere when none is given."""
    before, after = (
        value if isinstance(value, list) and value else _EVERYWHERE for value in (change.before, change.after)
    )
    if any(address not in before for address in after) and before != _EVERYWHERE:
        return access("the interface of the cluster can be reached from more addresses")
    return interruption("the interface of the cluster can no longer be reached from some addresses")


_CLUSTER: dict[str, Rule] = {
    "Version": version,
    "ResourcesVpcConfig.EndpointPublicAccess": switch(
        on=access("the interface of the cluster can be reached from the internet"),
        off=harmless("the interface of the cluster can only be reached from its VPC"),
        default=True,
    ),
    "ResourcesVpcConfig.EndpointPrivateAccess": switch(
        on=harmless("nodes reach the interface of the cluster without the internet"),
        off=access("nodes reach the interface of the cluster through the internet"),
    ),
    "ResourcesVpcConfig.PublicAccessCidrs": public_ranges,
    "ResourcesVpcConfig.SecurityGroupIds": listed(
        added=access("what another security group lets in or out is open"),
        removed=interruption("what the security group lets in or out is closed"),
    ),
    "ResourcesVpcConfig.SubnetIds": always(interruption("the interface of the cluster moves to other subnets")),
    "Logging": present(
        removed=data_loss("what happens in the cluster is no longer logged"),
        added=cost("what happens in the cluster is logged"),
    ),
    "Logging.ClusterLogging.EnabledTypes": listed(
        added=cost("more of what happens in the cluster is logged"),
        removed=data_loss("less of what happens in the cluster is logged: who did what is unknown"),
    ),
    "EncryptionConfig": present(
        removed=access("secrets of the cluster are not encrypted with a key of your own"),
        added=harmless("secrets of the cluster are encrypted with a key of your own"),
        changed=access("secrets of the cluster are encrypted with another key"),
    ),
    "AccessConfig.AuthenticationMode": ordered(
        ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"],
        up=interruption("who signs in through the config map alone may be locked out"),
        down=access("others sign in through the config map"),
    ),
    "DeletionProtection": switch(
        on=harmless("nobody deletes the cluster by mistake"),
        off=data_loss("somebody may delete the cluster by mistake"),
    ),
    "UpgradePolicy.SupportType": ordered(
        ["STANDARD", "EXTENDED"],
        up=cost("an old version is kept, for six times the price of the cluster"),
        down=interruption("the cluster is upgraded by itself when its version ends"),
        default="EXTENDED",
    ),
    "RoleArn": reference(access("the cluster works with the rights of another role")),
    "ComputeConfig.Enabled": switch(
        on=cost("nodes start by themselves"), off=interruption("nodes no longer start by themselves")
    ),
    "ComputeConfig.NodePools": listed(
        added=cost("more kinds of nodes start"), removed=interruption("a kind of nodes is gone")
    ),
    "ComputeConfig.NodeRoleArn": reference(access("nodes work with the rights of another role")),
    "ZonalShiftConfig.Enabled": guard_switch("traffic leaves a zone that fails"),
    "ControlPlaneScalingConfig.Tier": always(cost("another size of the interface of the cluster")),
}

_NODES: dict[str, Rule] = {
    "ScalingConfig.MinSize": bound("at least", zero=interruption("it may go down to no node, and then nobody works")),
    "ScalingConfig.MaxSize": bound("at most"),
    "ScalingConfig.DesiredSize": bound("now"),
    "Version": version,
    "ReleaseVersion": always(harmless("nodes start from another image, one after the other")),
    "AmiType": always(interruption("all nodes are replaced by others, where programs may not start")),
    "CapacityType": ordered(
        ["SPOT", "ON_DEMAND"],
        up=cost("nodes at full price"),
        down=interruption("nodes are taken away at two minutes' notice"),
        default="ON_DEMAND",
    ),
    "InstanceTypes": always(interruption("all nodes are replaced by others, where programs may not fit")),
    "DiskSize": number(up=cost("larger disks"), down=interruption("smaller disks"), default=20),
    "RemoteAccess": present(
        removed=harmless("nobody signs in to the nodes with a key"),
        added=access("who has the key signs in to the nodes, from everywhere when no security group is given"),
        changed=access("others sign in to the nodes"),
    ),
    "LaunchTemplate": always(harmless("nodes start from another template, one after the other")),
    "UpdateConfig": always(harmless("only how many nodes are replaced at once")),
    "Labels": always(interruption("programs may no longer find a node")),
    "Taints": always(interruption("programs may no longer find a node")),
    "ForceUpdateEnabled": switch(
        on=interruption("programs are ended although they ask to stay"),
        off=harmless("programs that ask to stay are not ended"),
    ),
    "NodeRepairConfig.Enabled": guard_switch("nodes that are ill are replaced"),
}

_ADDON: dict[str, Rule] = {
    "AddonVersion": always(harmless("another version of the add-on, as in every upgrade")),
    "ServiceAccountRoleArn": reference(access("the add-on works with the rights of another role")),
    "ConfigurationValues": always(harmless("the settings of the add-on are code")),
    "ResolveConflicts": always(harmless("only what becomes of settings that somebody changed by hand")),
    "PreserveOnDelete": always(harmless("only what becomes of it when it is removed")),
}

_FARGATE: dict[str, Rule] = {"Selectors": always(interruption("other programs run there; some may find no place"))}

PROPERTIES: dict[str, dict[str, Rule]] = {
    "AWS::EKS::Cluster": _CLUSTER,
    "AWS::EKS::Nodegroup": _NODES,
    "AWS::EKS::Addon": _ADDON,
    "AWS::EKS::FargateProfile": _FARGATE,
    "Custom::AWSCDK-EKS-Cluster": {
        "Config.version": version,
        "Config.resourcesVpcConfig.endpointPublicAccess": danger_switch(
            "the interface of the cluster can be reached from the internet", default=True
        ),
        "Config.resourcesVpcConfig.publicAccessCidrs": public_ranges,
        "Config.logging": always(data_loss("what happens in the cluster is logged otherwise")),
        "Config.encryptionConfig": always(access("secrets of the cluster are encrypted otherwise")),
        "AssumeRoleArn": reference(access("the cluster is managed with the rights of another role")),
        "AttributesRevision": always(harmless("only what is read from the cluster")),
    },
    "Custom::AWSCDK-EKS-KubernetesResource": {
        "Manifest": always(harmless("what runs in the cluster is code, which every release changes")),
        "PruneLabel": always(harmless("only a label")),
    },
    "Custom::AWSCDK-EKS-HelmChart": {
        **each(
            always(harmless("what runs in the cluster is code, which every release changes")),
            "Values",
            "Version",
            "Chart",
        ),
        "Repository": always(access("the code comes from another repository")),
    },
}

_CLUSTERS = ("AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster")
_PLACES = ("AWS::EKS::Nodegroup", "AWS::EKS::FargateProfile")
_CONTENTS = ("Custom::AWSCDK-EKS-KubernetesResource", "Custom::AWSCDK-EKS-HelmChart", "AWS::EKS::Addon")
REMOVED: dict[str, Rule] = {
    **each(always(data_loss("the cluster is gone, with everything that runs and is kept in it")), *_CLUSTERS),
    **each(always(interruption("what runs there ends")), *_PLACES, *_CONTENTS),
    "AWS::EKS::AccessEntry": always(interruption("somebody can no longer sign in to the cluster")),
    "AWS::EKS::PodIdentityAssociation": always(interruption("programs no longer have the rights of their role")),
}
ADDED: dict[str, Rule] = {
    **each(always(cost("a cluster is paid for every hour")), *_CLUSTERS),
    "AWS::EKS::Nodegroup": always(cost("nodes that run all the time")),
    "AWS::EKS::FargateProfile": always(harmless("it costs when programs run there")),
    **each(always(harmless("it runs on the nodes that are there")), *_CONTENTS),
    "AWS::EKS::AccessEntry": always(access("somebody more signs in to the cluster")),
    "AWS::EKS::PodIdentityAssociation": always(access("programs in the cluster get the rights of a role")),
}
REPLACED: dict[str, Rule] = {
    **each(
        always(data_loss("a new cluster takes its place: everything that runs and is kept in the old one is gone")),
        *_CLUSTERS,
    ),
    **each(always(interruption("what runs there moves, and is ended for it")), *_PLACES, *_CONTENTS),
    "AWS::EKS::AccessEntry": always(access("somebody else signs in to the cluster")),
    "AWS::EKS::PodIdentityAssociation": always(access("other programs get the rights of the role")),
}
