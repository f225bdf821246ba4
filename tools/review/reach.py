"""Who reaches which ports by the rules of a security group or of a network ACL: sets of openings, compared by meaning.

An opening is a protocol, a range of ports and a peer: a range of addresses, or a group or list that is only compared
by its name. Descriptions and the order of rules are no part of it.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
ALL_PORTS = (0, 65535)
ADMINISTRATION = frozenset({22, 3389, 5985, 5986})
"""SSH, RDP and WinRM: ports of people who look after machines, not of callers."""
WEB = frozenset({80, 443})
PEERS = (
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)
NOBODY = ipaddress.ip_network("255.255.255.255/32")
"""The CDK writes a rule for this address where nothing may be reached."""


@dataclass(frozen=True)
class Opening:
    """One protocol, a range of ports and a peer.

    Attributes
    ----------
    protocol
        `tcp`, `udp`, a number, or `-1` for all.
    ports
        First and last port, or the type and code of ICMP; None when they are not written out, then only `text` counts.
    network
        The peer's addresses; None for a group, a list or an expression, which `peer` holds as text.
    """

    protocol: str
    ports: tuple[int, int] | None
    network: Network | None
    peer: str
    text: str

    def covers(self, other: Opening) -> bool:
        """Whether everything that `other` lets through goes through here too."""
        if self.text == other.text:
            return True
        if self.protocol not in ("-1", other.protocol) or not self._ports_cover(other):
            return False
        if self.everybody and other.network is None:
            return True
        if self.network is None or other.network is None:
            return self.peer == other.peer
        return self.network.version == other.network.version and self.network.supernet_of(other.network)  # type: ignore[arg-type]

    def _ports_cover(self, other: Opening) -> bool:
        if self.ports is None or other.ports is None:
            return self.protocol == "-1"
        return self.ports[0] <= other.ports[0] and other.ports[1] <= self.ports[1]

    @property
    def everybody(self) -> bool:
        """Whether the peer is the whole internet, of either version."""
        return self.network is not None and self.network.prefixlen == 0

    @property
    def public(self) -> bool:
        """Whether the peer is, or can be, addresses of the internet."""
        return self.network is not None and not self.network.is_private

    def only(self, ports: frozenset[int]) -> bool:
        """Whether every port of it is one of `ports`."""
        if self.ports is None or self.protocol != "tcp" or self.ports[1] - self.ports[0] >= len(ports):
            return False
        return set(range(self.ports[0], self.ports[1] + 1)) <= ports

    def __str__(self) -> str:
        """Peer and ports in words."""
        who = "the whole internet" if self.everybody else str(self.network) if self.network else self.peer
        if self.protocol == "-1":
            return f"{who} on all ports"
        if self.ports is None or self.ports == ALL_PORTS or self.protocol.startswith("icmp"):
            return f"{who} by {self.protocol}"
        first, last = self.ports
        return (
            f"{who} on {self.protocol} port {first}"
            if first == last
            else f"{who} on {self.protocol} ports {first}-{last}"
        )


ANYWHERE = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}
"""What a group lets out when its template names no egress."""


def opening(rule: Mapping[str, Any]) -> Opening | None:
    """The opening of one rule of a group; None for the CDK's rule that lets nobody through."""
    protocol = str(rule.get("IpProtocol", "-1")).lower()
    protocol = PROTOCOLS.get(protocol, protocol)
    network = _network(rule.get("CidrIp") or rule.get("CidrIpv6"))
    if network == NOBODY:
        return None
    peers = {
        name: rule[name] for name in ("CidrIp", "CidrIpv6", *PEERS, "SourceSecurityGroupOwnerId") if rule.get(name)
    }
    ports = ALL_PORTS if protocol == "-1" else _ports(rule, protocol)
    text = json.dumps([protocol, rule.get("FromPort"), rule.get("ToPort"), peers], sort_keys=True)
    return Opening(protocol, ports, network, _name(peers), text)


def openings(rules: Iterable[Mapping[str, Any]]) -> list[Opening]:
    """The openings of some rules of a group, without those that let nobody through."""
    return [found for rule in rules if (found := opening(rule)) is not None]


def beyond(some: Iterable[Opening], others: Iterable[Opening]) -> list[Opening]:
    """Those of `some` that nothing of `others` covers."""
    rest = list(others)
    return [one for one in some if not any(other.covers(one) for other in rest)]


def _network(value: Any) -> Network | None:
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def _ports(rule: Mapping[str, Any], protocol: str) -> tuple[int, int] | None:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if first is None and last is None:
        return ALL_PORTS
    try:
        pair = int(str(first if first is not None else last)), int(str(last if last is not None else first))
    except ValueError:
        return None
    return ALL_PORTS if -1 in pair and protocol.startswith("icmp") else pair


def _name(peers: Mapping[str, Any]) -> str:
    values = [value for name, value in peers.items() if name != "SourceSecurityGroupOwnerId"]
    return ", ".join(_words(value) for value in values) or "nobody"


def _words(value: Any) -> str:
    if not isinstance(value, dict) or len(value) != 1:
        return str(value)
    inner = next(iter(value.values()))
    return ".".join(map(str, inner)) if isinstance(inner, list) else str(inner)
