"""Machines, containers, disks and networks: EC2, ECS, EKS, EBS, VPC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.cost.items import Missing, Part, Pricer, Resource, by_use, hourly, monthly_fee, number, properties_of

GP3_IOPS = 3000
GP3_MEGABYTES = 125
WINDOWS = "windows"


def _instance(resource: Resource) -> Iterator[Part]:
    kind = resource.get("InstanceType") or _template_of(resource, "LaunchTemplate").get("InstanceType", "m1.small")
    yield from hourly("ec2", kind)
    for mapping in resource.items("BlockDeviceMappings"):
        yield from _disk(mapping.get("Ebs", {}), "VolumeSize") if isinstance(mapping, Mapping) else ()


def _group(resource: Resource) -> Iterator[Part]:
    """An Auto Scaling group: as many as it starts with."""
    mixed = resource.get("MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification")
    launch: Mapping[str, Any] = {
        **_named(resource, resource.get("LaunchConfigurationName")),
        **_template_of(resource, "LaunchTemplate"),
        **_named(resource, mixed).get("LaunchTemplateData", {}),
    }
    count = number(resource.get("DesiredCapacity", resource.get("MinSize", 1)))
    yield from hourly("ec2", launch.get("InstanceType"), count)


def _template_of(resource: Resource, path: str) -> Mapping[str, Any]:
    data = _named(resource, resource.get(path)).get("LaunchTemplateData", {})
    return data if isinstance(data, Mapping) else {}


def _named(resource: Resource, reference: Any) -> Mapping[str, Any]:
    """The properties of what a Ref, or the id of a launch template, points to in the same template."""
    if isinstance(reference, Mapping):
        name = reference.get("Ref")
        if name is None:
            return _named(resource, reference.get("LaunchTemplateId"))
        return properties_of(resource.template, str(name))
    return {}


def _service(resource: Resource) -> Iterator[Part]:
    """A service of ECS: tasks on Fargate; on EC2 its machines cost."""
    launch = resource.get("LaunchType")
    providers = [str(item.get("CapacityProvider")) for item in resource.items("CapacityProviderStrategy")]
    if launch in ("EC2", "EXTERNAL") or (launch is None and not any(name.startswith("FARGATE") for name in providers)):
        return
    task = _named(resource, resource.get("TaskDefinition"))
    count = resource.figure("DesiredCount", 1)
    processors, memory = number(task.get("Cpu")), number(task.get("Memory"))
    if count is None or processors is None or memory is None:
        yield Missing("tasks on Fargate whose number or size is not in this template")
        return
    kind = task.get("RuntimePlatform", {})
    if WINDOWS in str(kind.get("OperatingSystemFamily", "")).lower():
        yield Missing("tasks on Fargate with Windows")
        return
    processor = "arm64" if kind.get("CpuArchitecture") == "ARM64" else "x86_64"
    text = f"{count:g} x {processors / 1024:g} vCPU, {memory / 1024:g} GB on Fargate"
    if any(name == "FARGATE_SPOT" for name in providers):
        text += " (price without spot)"
    yield from hourly("fargate", f"vCPU {processor}", count * processors / 1024, text=text)
    yield from hourly("fargate", f"GB {processor}", count * memory / 1024, text=text)


def _node_group(resource: Resource) -> Iterator[Part]:
    kinds = resource.items("InstanceTypes") or ["t3.medium"]
    count = number(resource.get("ScalingConfig.DesiredSize", resource.get("ScalingConfig.MinSize", 2)))
    yield from hourly("ec2", kinds[0], count)


def _kubernetes(_: Resource) -> Iterator[Part]:
    yield from hourly("eks", "cluster")


def _volume(resource: Resource) -> Iterator[Part]:
    yield from _disk(resource.properties, "Size")


def _disk(properties: Mapping[str, Any], size: str) -> Iterator[Part]:
    kind = properties.get("VolumeType", "gp2")
    if properties.get(size) is None and not properties:
        return
    if not isinstance(kind, str):
        yield Missing("a disk whose type is not written out")
        return
    yield from monthly_fee("ebs", kind, number(properties.get(size, 0)))
    operations = number(properties.get("Iops", 0))
    if operations is not None and kind == "gp3" and operations > GP3_IOPS:
        yield from monthly_fee("ebs", "gp3 IOPS over 3000", operations - GP3_IOPS)
    elif kind in ("io1", "io2"):
        yield from monthly_fee("ebs", f"{kind} IOPS", operations)
    megabytes = number(properties.get("Throughput", 0))
    if megabytes is not None and megabytes > GP3_MEGABYTES:
        yield from monthly_fee("ebs", "gp3 MB/s over 125", megabytes - GP3_MEGABYTES)


def _nat(_: Resource) -> Iterator[Part]:
    yield from hourly("vpc", "NAT gateway")
    yield from by_use("vpc", "NAT data")


def _address(_: Resource) -> Iterator[Part]:
    yield from hourly("vpc", "public IPv4 address")


def _endpoint(resource: Resource) -> Iterator[Part]:
    """Interface endpoints cost in each zone, which is each subnet; gateway endpoints nothing."""
    kind = resource.get("VpcEndpointType", "Gateway")
    if kind == "Gateway":
        return
    if kind != "Interface":
        yield Missing(f"an endpoint of the type {kind}")
        return
    subnets = resource.get("SubnetIds", [])
    count = float(len(subnets)) if isinstance(subnets, list) else None
    yield from hourly("vpc", "interface endpoint", count)


def _attachment(_: Resource) -> Iterator[Part]:
    yield from hourly("vpc", "transit gateway attachment")


def _vpn(_: Resource) -> Iterator[Part]:
    yield from hourly("vpc", "VPN connection")


def _zone(_: Resource) -> Iterator[Part]:
    yield from monthly_fee("route53", "hosted zone")


PRICERS: Mapping[str, Pricer] = {
    "AWS::EC2::Instance": _instance,
    "AWS::AutoScaling::AutoScalingGroup": _group,
    "AWS::ECS::Service": _service,
    "AWS::EKS::Cluster": _kubernetes,
    "Custom::AWSCDK-EKS-Cluster": _kubernetes,
    "AWS::EKS::Nodegroup": _node_group,
    "AWS::EC2::Volume": _volume,
    "AWS::EC2::NatGateway": _nat,
    "AWS::EC2::EIP": _address,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::TransitGatewayAttachment": _attachment,
    "AWS::EC2::TransitGatewayVpcAttachment": _attachment,
    "AWS::EC2::VPNConnection": _vpn,
    "AWS::Route53::HostedZone": _zone,
}
