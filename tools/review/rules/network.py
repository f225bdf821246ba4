"""Networks: VPCs, subnets, routes, gateways, endpoints, peering and VPN, as far as their properties change in place."""

from __future__ import annotations

from tools.review.change import Change, PropertyRules, Verdict, access, cost, harmless, interruption
from tools.review.shapes import always, listed, number, present, switch
from tools.review.values import properties

EC2 = "AWS::EC2::"
TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "VpcEndpointId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
    "OdbNetworkArn",
)


def target(change: Change) -> Verdict:
    """What is said of a route that leads elsewhere."""
    if change.after and to_internet(change):
        return access("the subnets of this route table are connected to the internet in both directions")
    return interruption("traffic of this route takes another way, and none while it is exchanged")


def to_internet(change: Change) -> bool:
    """Whether the route of the head leads to an internet gateway."""
    gateway = properties(change.head).get("GatewayId")
    if not isinstance(gateway, dict):
        return isinstance(gateway, str) and gateway.startswith("igw-")
    inner = next(iter(gateway.values()), None)
    name = inner[0] if isinstance(inner, list) and inner else inner
    found = (change.head_template.get("Resources") or {}).get(name) if isinstance(name, str) else None
    return found is None or found.get("Type") == f"{EC2}InternetGateway"


PUBLIC = access("what is started in this subnet gets a public address")
NO_PUBLIC = interruption(
    "what is started in this subnet gets no public address any more, and no way to the internet by it"
)
PROPERTIES: PropertyRules = {
    f"{EC2}VPC": {
        "CidrBlock": always(interruption("the network has other addresses, and everything in it is made anew")),
        "EnableDnsSupport": switch(
            on=harmless("names are resolved in the network"),
            off=interruption("nothing in the network resolves names any more"),
            default=True,
        ),
        "EnableDnsHostnames": switch(
            on=harmless("what is in the network gets names"),
            off=interruption("private names of endpoints and hosts are no longer given out"),
        ),
        "InstanceTenancy": always(cost("machines run on hardware of their own, or no longer")),
    },
    f"{EC2}Subnet": {
        "MapPublicIpOnLaunch": switch(on=PUBLIC, off=NO_PUBLIC),
        "AssignIpv6AddressOnCreation": switch(on=PUBLIC, off=NO_PUBLIC),
        "EnableDns64": switch(
            on=harmless("names of hosts with IPv4 are answered with IPv6 as well"),
            off=interruption("what has IPv6 only no longer reaches hosts with IPv4"),
        ),
        "PrivateDnsNameOptionsOnLaunch": always(interruption("new machines get names of another form")),
        "Ipv6CidrBlock": always(interruption("addresses of the subnet change")),
    },
    f"{EC2}Route": dict.fromkeys(TARGETS, target),
    f"{EC2}GatewayRouteTableAssociation": {
        "RouteTableId": always(
            interruption("what comes in through the gateway takes other routes, past an inspection perhaps")
        )
    },
    f"{EC2}VPCGatewayAttachment": {
        "InternetGatewayId": present(
            added=access("the network is connected to the internet"),
            removed=interruption("the network loses its connection to the internet"),
            changed=interruption("the network is connected to the internet through another gateway"),
        ),
        "VpnGatewayId": present(
            added=access("the network is connected to another one"),
            removed=interruption("the network loses its connection to another one"),
            changed=interruption("the network is connected through another gateway"),
        ),
    },
    f"{EC2}NatGateway": {
        "SecondaryAllocationIds": listed(
            added=cost("each public address costs money each hour"),
            removed=interruption("traffic leaves from fewer addresses; partners that expect them may refuse it"),
        ),
        "MaxDrainDurationSeconds": always(harmless("only how long old connections are kept")),
    },
    f"{EC2}VPCEndpoint": {
        "PrivateDnsEnabled": switch(
            on=harmless("the service's name leads to the endpoint"),
            off=interruption("the service's name leads out of the network again, where nothing may answer"),
        ),
        "RouteTableIds": listed(
            added=harmless("more subnets reach the service without the internet"),
            removed=interruption("subnets lose their private way to the service"),
        ),
        "SubnetIds": listed(
            added=cost("the endpoint costs money each hour in each subnet"),
            removed=interruption("the endpoint no longer answers in a zone"),
        ),
        "SecurityGroupIds": listed(
            added=access("another group says as well who may reach the service through the endpoint"),
            removed=interruption("whom that group let in no longer reaches the service"),
        ),
        "IpAddressType": always(interruption("the endpoint has addresses of another kind")),
        "DnsOptions": always(interruption("the service's name is answered differently")),
    },
    f"{EC2}VPCEndpointService": {
        "AcceptanceRequired": switch(
            on=harmless("connections to the service have to be accepted"),
            off=access("connections to the service are accepted without being asked"),
        ),
        "NetworkLoadBalancerArns": listed(
            added=access("the service offers what is behind one more load balancer"),
            removed=interruption("the service loses what was behind a load balancer"),
        ),
        "GatewayLoadBalancerArns": listed(
            added=harmless("traffic is spread over one more load balancer"),
            removed=interruption("the service loses what was behind a load balancer"),
        ),
        "PrivateDnsName": always(interruption("consumers find the service by another name")),
        "SupportedRegions": listed(
            added=access("consumers of one more region reach the service"),
            removed=interruption("consumers of a region lose the service"),
        ),
    },
    f"{EC2}VPCEndpointServicePermissions": {
        "AllowedPrincipals": listed(
            added=access("more accounts may connect to the service"),
            removed=interruption("an account can no longer connect to the service"),
        )
    },
    f"{EC2}PrefixList": {
        "Entries": listed(
            added=access("more addresses are meant wherever rules and routes name this list"),
            removed=interruption("fewer addresses are meant wherever rules and routes name this list"),
        ),
        "MaxEntries": always(harmless("only how long the list may become; it counts against the quota of rules")),
    },
    f"{EC2}NetworkInterface": {
        "GroupSet": always(access("other security groups say who reaches this interface")),
        "SourceDestCheck": switch(
            on=interruption("the interface no longer passes on traffic of others"),
            off=access("the interface may send and take traffic of other addresses than its own"),
            default=True,
        ),
    },
    f"{EC2}TransitGateway": {
        "AutoAcceptSharedAttachments": switch(
            on=access("networks of other accounts are attached without being asked"),
            off=harmless("networks of other accounts have to be accepted"),
        ),
        "DefaultRouteTableAssociation": switch(
            on=access("each new attachment may use the default routes"),
            off=interruption("new attachments have no routes by themselves"),
            default=True,
        ),
        "DefaultRouteTablePropagation": switch(
            on=access("each new attachment is made known to all others"),
            off=interruption("new attachments are not made known to the others"),
            default=True,
        ),
        "EncryptionSupport": switch(
            on=harmless("traffic between the networks is encrypted"),
            off=access("traffic is no longer encrypted on the way"),
        ),
        "DnsSupport": switch(
            on=harmless("names are resolved across"), off=interruption("names are not resolved across")
        ),
    },
    f"{EC2}TransitGatewayAttachment": {
        "SubnetIds": listed(
            added=harmless("one more zone is attached"),
            removed=interruption("a zone loses its way to the other networks"),
        ),
        "Options": always(interruption("the attachment passes traffic on differently")),
    },
    f"{EC2}TransitGatewayVpcAttachment": {
        "AddSubnetIds": always(harmless("one more zone is attached")),
        "RemoveSubnetIds": always(interruption("a zone loses its way to the other networks")),
        "Options": always(interruption("the attachment passes traffic on differently")),
    },
    f"{EC2}VPNGatewayRoutePropagation": {
        "RouteTableIds": listed(
            added=access("more subnets reach the network on the other side"),
            removed=interruption("subnets lose their way to the network on the other side"),
        )
    },
    f"{EC2}EIP": {
        "InstanceId": always(interruption("the address leads to another machine, or to none")),
        "PublicIpv4Pool": always(interruption("the address comes from another pool")),
    },
    f"{EC2}ClientVpnEndpoint": {
        "SecurityGroupIds": always(access("other security groups say what the VPN's users reach")),
        "ConnectionLogOptions": present(
            added=harmless("connections are recorded"),
            removed=access("connections of the VPN's users are no longer recorded"),
            changed=access("connections are recorded elsewhere, or not at all"),
        ),
        "SplitTunnel": switch(
            on=access("traffic of users that is not meant for the network goes past it"),
            off=interruption("all traffic of users goes through the network"),
        ),
        "SessionTimeoutHours": number(
            up=access("users stay connected longer"), down=harmless("users sign in more often"), default=24
        ),
    },
    f"{EC2}VPCBlockPublicAccessOptions": {
        "InternetGatewayBlockMode": always(
            access("what of the internet is blocked for all networks of the region changes")
        )
    },
    f"{EC2}VPCBlockPublicAccessExclusion": {
        "InternetGatewayExclusionMode": always(access("what is let through to the internet despite the block changes"))
    },
    f"{EC2}VPCEncryptionControl": {
        "Mode": always(access("whether traffic in the network has to be encrypted changes"))
    },
}
