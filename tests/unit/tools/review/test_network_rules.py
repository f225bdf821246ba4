"""Networks: who reaches what, more or less than before."""

from typing import Any

from tests.support.review_rules import each_row, judge, resource, template, whole_said
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


@each_row(
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
    assert judge(GROUP, "SecurityGroupIngress", before, after) == risk


@each_row(
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
    assert judge(GROUP, "SecurityGroupEgress", before, after) == risk


def standing(**rule_of: Any) -> dict[str, Any]:
    return resource(INGRESS, GroupId={"Fn::GetAtt": ["Group", "GroupId"]}, **rule_of)


def test_a_rule_beside_its_group_is_judged_with_those_in_it() -> None:
    closed = template(Group=resource(GROUP))
    opened = template(Group=resource(GROUP), It=standing(**SSH))
    assert (
        whole_said("add", INGRESS, None, standing(**SSH), base_template=closed, head_template=opened).risk == "access"
    )
    moved = template(Group=resource(GROUP, SecurityGroupIngress=[rule()]))
    before = template(Group=resource(GROUP), It=standing(**rule()))
    assert (
        whole_said("remove", INGRESS, standing(**rule()), None, base_template=before, head_template=moved).risk
        == "harmless"
    )


@each_row(
    [
        (rule(), rule("0.0.0.0/0"), "access"),
        (rule(), rule("10.0.3.0/24"), "harmless"),
        (rule(), FROM_GROUP, "interruption"),
    ],
)
def test_a_replaced_rule_beside_its_group(before: Any, after: Any, risk: str) -> None:
    base, head = (template(Group=resource(GROUP), It=standing(**it)) for it in (before, after))
    assert (
        whole_said(
            "replace", INGRESS, standing(**before), standing(**after), base_template=base, head_template=head
        ).risk
        == risk
    )


def test_a_removed_rule_interrupts_callers_but_not_those_who_log_in() -> None:
    for it, risk in ((rule(), "interruption"), (SSH, "harmless")):
        before = template(Group=resource(GROUP), It=standing(**it))
        after = template(Group=resource(GROUP))
        assert (
            whole_said("remove", INGRESS, standing(**it), None, base_template=before, head_template=after).risk == risk
        )


@each_row([([SSH], "access"), ([rule()], "harmless"), ([], "harmless")])
def test_a_new_group_opens_only_what_comes_from_outside(rules: Any, risk: str) -> None:
    assert whole_said("add", GROUP, None, resource(GROUP, SecurityGroupIngress=rules)).risk == risk


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


@each_row(
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
    assert judge("AWS::EC2::NetworkAclEntry", "RuleAction", None, None, **around) == risk


@each_row(
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
    assert judge(kind, path, before, after) == risk


@each_row(
    [
        ("remove", "AWS::EC2::FlowLog", {}, None, "access"),
        ("remove", "AWS::EC2::NatGateway", {}, None, "interruption"),
        ("remove", "AWS::EC2::VPCEndpoint", {}, None, "interruption"),
        ("add", "AWS::EC2::NatGateway", None, {}, "cost"),
        ("add", "AWS::EC2::VPCPeeringConnection", None, {}, "access"),
        ("add", "AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Interface"}, "cost"),
        ("add", "AWS::EC2::VPCEndpoint", None, {"VpcEndpointType": "Gateway"}, "harmless"),
        ("add", "AWS::EC2::Route", None, {"GatewayId": "igw-1", "RouteTableId": "rtb-1"}, "access"),
        ("add", "AWS::EC2::Subnet", None, {}, "harmless"),
        ("replace", "AWS::EC2::Subnet", {}, {}, "interruption"),
        ("replace", "AWS::EC2::FlowLog", {"TrafficType": "ALL"}, {"TrafficType": "REJECT"}, "access"),
        ("replace", "AWS::EC2::FlowLog", {"TrafficType": "REJECT"}, {"TrafficType": "ALL"}, "cost"),
    ],
)
def test_parts_of_networks_that_come_and_go(action: str, kind: str, base: Any, head: Any, risk: str) -> None:
    sides = [None if it is None else resource(kind, **it) for it in (base, head)]
    assert whole_said(action, kind, *sides).risk == risk
