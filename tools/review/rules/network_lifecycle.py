"""Parts of networks that are added, removed or made anew: who reaches more by them, and who loses a way."""

from __future__ import annotations

from tools.review.change import Change, Rule, Verdict, access, cost, harmless, interruption
from tools.review.references import is_new
from tools.review.rules.network import EC2, to_internet
from tools.review.shapes import each_type
from tools.review.values import literal, properties

FLOW_LOG = f"{EC2}FlowLog"


def unless_new(name: str, verdict: Verdict, *, new: str) -> Rule:
    """The verdict, or harmless where the resource that the property `name` refers to is new as well."""
    return lambda change: harmless(new) if is_new(change, properties(change.head).get(name)) else verdict


def _route_added(change: Change) -> Verdict:
    if is_new(change, properties(change.head).get("RouteTableId")):
        return harmless("a route of a new route table, through which nothing went before")
    if "GatewayId" in properties(change.head) and to_internet(change):
        return access("the subnets of this route table are connected to the internet in both directions")
    return access("the subnets of this route table reach one more network")


def _endpoint_added(change: Change) -> Verdict:
    if str(properties(change.head).get("VpcEndpointType", "Gateway")).lower() == "gateway":
        return harmless("a gateway endpoint costs nothing, and its policy is looked at by itself")
    return cost("an endpoint in the network costs money each hour and zone")


def _flow_log_replaced(change: Change) -> Verdict:
    before, after = properties(change.base), properties(change.head)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)} - {"Tags"}
    if changed <= {"MaxAggregationInterval", "TrafficType", "LogFormat"} and literal(after.get("TrafficType")):
        if after.get("TrafficType") == "ALL" != before.get("TrafficType"):
            return cost("all of the network's traffic is recorded, and paid for; what was recorded stays")
        if after.get("TrafficType") == before.get("TrafficType"):
            return harmless(
                "a new flow log takes the place of the old one and records as much; what was recorded stays"
            )
        return access("less of the network's traffic is recorded")
    return access("traffic is recorded elsewhere, or of something else")


EMPTY = """
VPC Subnet RouteTable InternetGateway CustomerGateway VPNGateway DHCPOptions EgressOnlyInternetGateway VPCCidrBlock
SubnetCidrBlock PrefixList NetworkInterface CarrierGateway TransitGatewayRouteTable SubnetCidrReservation
EIPAssociation TransitGatewayRouteTableAssociation VPCEndpointConnectionNotification NetworkInterfaceAttachment
TransitGatewayMulticastDomain
"""
WAYS_IN = """
VPCPeeringConnection TransitGatewayAttachment TransitGatewayVpcAttachment TransitGatewayRoute VPNConnectionRoute
TransitGatewayPeeringAttachment TransitGatewayRouteTablePropagation VPNGatewayRoutePropagation ClientVpnEndpoint
ClientVpnAuthorizationRule ClientVpnRoute ClientVpnTargetNetworkAssociation VPCEndpointService TransitGatewayConnect
VPCEndpointServicePermissions NetworkInterfacePermission VPCBlockPublicAccessExclusion
"""
WAYS = f"""
VPC Subnet Route RouteTable SubnetRouteTableAssociation VPCGatewayAttachment InternetGateway NatGateway EIP
EgressOnlyInternetGateway VPCEndpoint TransitGateway TransitGatewayRouteTable TransitGatewayRouteTableAssociation
VPNConnection VPNGateway CustomerGateway DHCPOptions VPCDHCPOptionsAssociation VPCCidrBlock SubnetCidrBlock
EIPAssociation NetworkInterface NetworkInterfaceAttachment PrefixList CarrierGateway GatewayRouteTableAssociation
TransitGatewayMulticastDomain {WAYS_IN}
"""
ADDED: dict[str, Rule] = {
    **each_type(EC2, EMPTY, harmless("a new part of a network, in which nothing is yet")),
    **each_type(EC2, WAYS_IN, access("one more network, or its users, can reach this one")),
    **each_type(EC2, "NatGateway EIP VPNConnection TransitGateway", cost("costs money each hour")),
    **each_type(EC2, "FlowLog", harmless("traffic is recorded that was not before; the log costs what it holds")),
    **each_type(EC2, "VPCBlockPublicAccessOptions", interruption("what networks have open to the internet is blocked")),
    **each_type(
        EC2, "VPCEncryptionControl", harmless("traffic in the network has to be encrypted, or is watched for it")
    ),
    **each_type(EC2, "VPCDHCPOptionsAssociation", interruption("what is in the network asks other servers for names")),
    **each_type(EC2, "GatewayRouteTableAssociation", interruption("what comes in by the gateway takes other routes")),
    f"{EC2}Route": _route_added,
    f"{EC2}VPCEndpoint": _endpoint_added,
    f"{EC2}VPCGatewayAttachment": unless_new(
        "VpcId",
        access("the network is connected to the internet, or to another network"),
        new="belongs to a new network",
    ),
    f"{EC2}SubnetRouteTableAssociation": unless_new(
        "SubnetId", interruption("a subnet that exists gets other routes"), new="gives a new subnet its routes"
    ),
}
REMOVED: dict[str, Rule] = {
    **each_type(EC2, WAYS, interruption("what is in the network loses a way that it used")),
    **each_type(EC2, "FlowLog", access("traffic of the network is no longer recorded")),
    **each_type(
        EC2, "VPCEndpointConnectionNotification", access("nobody is told any more who connects to the endpoint")
    ),
    **each_type(EC2, "VPCBlockPublicAccessOptions", access("networks of the region may be open to the internet again")),
    **each_type(EC2, "VPCEncryptionControl", access("traffic in the network no longer has to be encrypted")),
    **each_type(EC2, "SubnetCidrReservation", harmless("only kept addresses free")),
}
REPLACED: dict[str, Rule] = {
    **each_type(EC2, WAYS, interruption("is made anew, and what is in the network loses its way until then")),
    **each_type(EC2, "VPCEndpointConnectionNotification", harmless("the same is told by a new notification")),
    **each_type(
        EC2, "VPCBlockPublicAccessOptions VPCEncryptionControl", access("the block is off until it is made anew")
    ),
    **each_type(EC2, "SubnetCidrReservation", harmless("only keeps other addresses free")),
    FLOW_LOG: _flow_log_replaced,
}
