"""What differs between the notebook instances of the environments: one frozen value each, checked where it enters."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import Enum

from stacks.inference.capacity import check_instance_type
from stacks.shared.errors import ConfigurationError

JOB_INSTANCE_TYPES = ("ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.xlarge", "ml.c5.2xlarge")


@dataclass(frozen=True, kw_only=True)
class PublicInternet:
    """SageMaker's own network: the notebook reaches the internet, and nothing of yours. It costs nothing."""


@dataclass(frozen=True, kw_only=True)
class IsolatedVpc:
    """A network of its own without a way to the internet: only the AWS services that the walkthrough uses.

    Each of its interface endpoints costs as long as it exists, whether the notebook runs or not (docs/notebook.md).

    Attributes
    ----------
    cidr
        Private addresses of the network, at least 16 of them; nothing is connected to it.
    zone
        Which availability zone of the account it is in, counted from 0. Take another where a deployment says that
        the instance type or an endpoint is not offered in the first.
    """

    cidr: str = "10.61.0.0/27"
    zone: int = 0

    def __post_init__(self) -> None:
        try:
            network = ipaddress.IPv4Network(self.cidr)
        except ValueError:
            network = None
        if network is None or not network.is_private or not 16 <= network.prefixlen <= 28:
            msg = f"cidr is {self.cidr!r}; allowed is a private IPv4 network of /16 to /28, such as '10.61.0.0/27'"
            raise ConfigurationError(msg)
        _check(0 <= self.zone <= 5, "network zone", self.zone, "0 to 5")


NotebookNetwork = PublicInternet | IsolatedVpc


class AsksThrough(Enum):
    """How the notebook calls for predictions; the name is the value of its `DIGITS_ASK_THROUGH`."""

    API = "api"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, kw_only=True)
class NotebookSettings:
    """One notebook instance.

    Attributes
    ----------
    network
        Network of the instance.
    instance_type
        The machine.
    volume_gb
        Size of the volume that keeps the user's files, 5 to 16,384.
    idle_minutes
        Idle time after which it is stopped, 15 to 1,440.
    open_tabs_count
        Whether an open tab counts as use; a forgotten tab then causes costs until it is closed.
    own_key
        Whether its volume is encrypted with a key of this account (a dollar a month) instead of one of SageMaker.
    job_instance_types
        Instance types that its training jobs may use.
    """

    network: NotebookNetwork = PublicInternet()
    instance_type: str = "ml.t3.medium"
    volume_gb: int = 5
    idle_minutes: int = 60
    open_tabs_count: bool = False
    own_key: bool = False
    job_instance_types: tuple[str, ...] = JOB_INSTANCE_TYPES

    @property
    def asks_through(self) -> AsksThrough:
        """The API, unless there is no way to it: no endpoint of a VPC leads to a regional one."""
        return AsksThrough.ENDPOINT if isinstance(self.network, IsolatedVpc) else AsksThrough.API

    def __post_init__(self) -> None:
        kind = self.instance_type
        _check(re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9]+", kind), "instance_type", kind, "one such as 'ml.t3.medium'")
        for job_type in self.job_instance_types:
            check_instance_type("notebook job_instance_types", job_type)
        _check(self.job_instance_types, "job_instance_types", self.job_instance_types, "one or more types")
        _check(5 <= self.volume_gb <= 16_384, "volume_gb", self.volume_gb, "5 to 16384")
        _check(15 <= self.idle_minutes <= 1440, "idle_minutes", self.idle_minutes, "15 to 1440")


def _check(good: object, name: str, value: object, allowed: str) -> None:
    if not good:
        msg = f"notebook {name} is {value!r}; allowed is {allowed}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)
