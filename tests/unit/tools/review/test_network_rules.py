"""Networks: who reaches what, more or less than before."""

from typing import Any

import pytest

from tests.support.review_rules import ADDED, REMOVED, REPLACED, property_said, resource, template, whole_said
from tools.review.reach import beyond, openings

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"


def rule(cidr: str = "10.0.0.0/16", port: int | None = 443, last: int | None = None, **more: Any) -> dict[str, Any]:
    ports = {} if port is None else {"FromPort": port, "ToPort": last or port}
    return {"CidrIp": cidr, "IpProtocol": "tcp", **ports, **more}


SSH = rule("0.0.0.0/0", 22)
WEB = rule("0.0.0.0/0")
ALL_OUT = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}
NOTHING_OUT = {"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}
FROM_GROUP = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SourceSecurityGroupId": {"Ref": "Other"}}


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ([rule()], [rule(), SSH], "access"),
        (None, [SSH], "access"),
        ([rule()], [rule("10.0.0.0/8")], "access"),
        ([FROM_GROUP], [FROM_GROUP | {"CidrIp": "0.0.0.0/0", "SourceSecurityGroupId": None}], "access"),
        ([rule()], [rule(port=443, last=8443)], "access"),
        ([rule()], [rule(IpProtocol="-1")], "access"),
        ([rule()], [rule(), FROM_GROUP], "access"),
        ([rule()], [rule(), {"CidrIpv6": "::/0", "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}], "access"),
        ([rule()], [rule({"Ref": "Cidr"})], "interruption"),  # type: ignore[arg-type]
        ([rule()], {"Fn::If": ["Open", [SSH], []]}, "access"),
        ([rule(), SSH], [rule()], "harmless"),
        ([SSH], [rule("10.0.0.0/8", 22)], "harmless"),
        ([SSH], None, "harmless"),
        ([rule()], [rule("10.0.1.0/24")], "harmless"),
        ([rule(port=443, last=8443)], [rule()], "harmless"),
        ([rule(Description="old")], [rule(Description="new")], "harmless"),
        ([rule(), FROM_GROUP], [FROM_GROUP, rule()], "harmless"),
        ([rule(port=443)], [{**rule(), "FromPort": "443", "ToPort": "443"}], "harmless"),
        ([rule(), FROM_GROUP], [rule()], "interruption"),
        ([WEB], [rule()], "interruption"),
        ([WEB], [], "interruption"),
        ([rule(port=443)], [rule(port=8443)], "interruption"),
    ],
)
def test_ingress_is_compared_by_what_it_lets_in(before: Any, after: Any, risk: str) -> None:
    said = property_said(GROUP, "SecurityGroupIngress", before, after)
    assert said is not None
    assert said.risk == risk, said


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ([rule()], [ALL_OUT], "access"),
        ([rule()], None, "access"),
        ([NOTHING_OUT], [rule()], "access"),
        ([ALL_OUT], [rule()], "harmless"),
        ([ALL_OUT], [ALL_OUT | {"Description": "all"}], "harmless"),
        ([ALL_OUT], [NOTHING_OUT], "interruption"),
    ],
)
def test_egress_is_compared_by_what_it_lets_out(before: Any, after: Any, risk: str) -> None:
    said = property_said(GROUP, "SecurityGroupEgress", before, after)
    assert said is not None
    assert said.risk == risk, said


def standing(**rule_of: Any) -> dict[str, Any]:
    return resource(INGRESS, GroupId={"Fn::GetAtt": ["Group", "GroupId"]}, **rule_of)


def test_a_rule_beside_its_group_is_judged_with_those_in_it() -> None:
    closed = template(Group=resource(GROUP))
    opened = template(Group=resource(GROUP), It=standing(**SSH))
    said = whole_said(ADDED, INGRESS, None, standing(**SSH), base_template=closed, head_template=opened)
    assert said is not None
    assert said.risk == "access"
    moved = template(Group=resource(GROUP, SecurityGroupIngress=[rule()]))
    before = template(Group=resource(GROUP), It=standing(**rule()))
    said = whole_said(REMOVED, INGRESS, standing(**rule()), None, base_template=before, head_template=moved)
    assert said is not None
    assert said.risk == "harmless"


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        (rule(), rule("0.0.0.0/0"), "access"),
        (rule(), rule("10.0.3.0/24"), "harmless"),
        (rule(), FROM_GROUP, "interruption"),
    ],
)
def test_a_replaced_rule_beside_its_group(before: Any, after: Any, risk: str) -> None:
    base, head = (template(Group=resource(GROUP), It=standing(**it)) for it in (before, after))
    said = whole_said(REPLACED, INGRESS, standing(**before), standing(**after), base_template=base, head_template=head)
    assert said is not None
    assert said.risk == risk


def test_a_removed_rule_interrupts_callers_but_not_those_who_log_in() -> None:
    for it, risk in ((rule(), "interruption"), (SSH, "harmless")):
        before = template(Group=resource(GROUP), It=standing(**it))
        after = template(Group=resource(GROUP))
        said = whole_said(REMOVED, INGRESS, standing(**it), None, base_template=before, head_template=after)
        assert said is not None
        assert said.risk == risk


@pytest.mark.parametrize(("rules", "risk"), [([SSH], "access"), ([rule()], "harmless"), ([], "harmless")])
def test_a_new_group_opens_only_what_comes_from_outside(rules: Any, risk: str) -> None:
    said = whole_said(ADDED, GROUP, None, resource(GROUP, SecurityGroupIngress=rules))
    assert said is not None
    assert said.risk == risk


def test_openings_know_wider_from_narrower() -> None:
    wide, narrow = openings([ALL_OUT])[0], openings([rule("192.168.0.0/24")])[0]
    assert wide.covers(narrow)
    assert not narrow.covers(wide)
    assert beyond([wide, narrow], [wide]) == []
    assert str(wide) == "the whole internet on all ports"
    assert str(narrow) == "192.168.0.0/24 on tcp port 443"


def entry(**more: Any) -> dict[str, Any]:
    found = {"RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/16"}
    return resource("AWS::EC2::NetworkAclEntry", **found, PortRange={"From": 443, "To": 443}, **more)


@pytest.mark.parametrize(
    ("before", "after", "risk"),
    [
        ({}, {"CidrBlock": "0.0.0.0/0"}, "access"),
        ({}, {"CidrBlock": "10.0.0.0/24"}, "interruption"),
        ({}, {"RuleAction": "deny"}, "interruption"),
        ({"RuleAction": "deny"}, {"RuleAction": "allow"}, "access"),
        ({"RuleAction": "deny"}, {"RuleAction": "deny", "CidrBlock": "10.0.0.0/24"}, "access"),
        ({"RuleAction": "deny"}, {"RuleAction": "deny", "CidrBlock": "10.0.0.0/8"}, "interruption"),
        ({"Protocol": 6}, {"Protocol": "6"}, "harmless"),
    ],
)
def test_entries_of_network_acls(before: Any, after: Any, risk: str) -> None:
    sides = [entry()["Properties"] | it for it in (before, after)]
    around = {"base": resource("AWS::EC2::NetworkAclEntry", **sides[0]), "head": resource("E", **sides[1])}
    said = property_said("AWS::EC2::NetworkAclEntry", "RuleAction", None, None, **around)
    assert said is not None
    assert said.risk == risk


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "risk"),
    [
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", False, True, "access"),
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", None, False, "harmless"),
        ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", True, None, "interruption"),
        ("AWS::EC2::VPC", "EnableDnsSupport", True, False, "interruption"),
        ("AWS::EC2::VPC", "EnableDnsSupport", False, True, "harmless"),
        ("AWS::EC2::Route", "GatewayId", None, "igw-1", "access"),
        ("AWS::EC2::Route", "NatGatewayId", {"Ref": "A"}, {"Ref": "B"}, "interruption"),
        ("AWS::EC2::VPCEndpoint", "SubnetIds", ["a"], ["a", "b"], "cost"),
        ("AWS::EC2::VPCEndpoint", "SubnetIds", ["a", "b"], ["a"], "interruption"),
        ("AWS::EC2::VPCEndpoint", "SubnetIds", ["a", "b"], ["b", "a"], "harmless"),
        ("AWS::EC2::VPCEndpoint", "PrivateDnsEnabled", True, False, "interruption"),
        ("AWS::EC2::VPCEndpointService", "AcceptanceRequired", True, False, "access"),
        ("AWS::EC2::TransitGateway", "AutoAcceptSharedAttachments", "disable", "enable", "access"),
    ],
)
def test_properties_of_networks(kind: str, path: str, before: Any, after: Any, risk: str) -> None:
    said = property_said(kind, path, before, after)
    assert said is not None
    assert said.risk == risk


@pytest.mark.parametrize(
    ("rules", "kind", "base", "head", "risk"),
    [
        (REMOVED, "AWS::EC2::FlowLog", {}, None, "access"),
        (REMOVED, "AWS::EC2::NatGateway", {}, None, "interruption"),
        (REMOVED, "AWS::EC2::VPCEndpoint", {}, None, "interruption"),
        (ADDED, "AWS::EC2::NatGateway", None, {}, "cost"),
        (ADDED, "AWS::EC2::VPCPeeringConnection", None, {}, "access"),
        (ADDED, "AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Interface"}, "cost"),
        (ADDED, "AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Gateway"}, "harmless"),
        (ADDED, "AWS::EC2::Route", None, {"GatewayId": "igw-1", "RouteTableId": "rtb-1"}, "access"),
        (ADDED, "AWS::EC2::Subnet", None, {}, "harmless"),
        (REPLACED, "AWS::EC2::Subnet", {}, {}, "interruption"),
        (REPLACED, "AWS::EC2::FlowLog", {"TrafficType": "ALL"}, {"TrafficType": "REJECT"}, "access"),
        (REPLACED, "AWS::EC2::FlowLog", {"TrafficType": "REJECT"}, {"TrafficType": "ALL"}, "cost"),
    ],
)
def test_parts_of_networks_that_come_and_go(rules: Any, kind: str, base: Any, head: Any, risk: str) -> None:
    sides = [None if it is None else resource(kind, **it) for it in (base, head)]
    said = whole_said(rules, kind, *sides)
    assert said is not None
    assert said.risk == risk
