"""Whether an account takes further distributions of CloudFront, user pools of Cognito and networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.preflight.check import Check, Client, asked, not_known, ok, wanting
from tools.preflight.needs import Templates, of_type
from tools.preflight.quotas import Quotas

HOME = "us-east-1"
"""Where Service Quotas has the quotas of services that are in no region."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A type of resource of which an account takes so many.

    Attributes
    ----------
    words, plural
        Its service or kind, and several of it.
    service, client
        Its service for Service Quotas and for botocore.
    names
        The quota, by its names or code.
    count
        How many there are.
    permission
        What counting takes.
    everywhere
        Whether all regions share it.
    """

    words: str
    plural: str
    service: str
    client: str
    names: tuple[str, ...]
    count: Callable[[Any], int]
    permission: str
    everywhere: bool = False


def _of_pages(operation: str, member: str, **arguments: Any) -> Callable[[Any], int]:
    def count(client: Any) -> int:
        return sum(len(page[member]) for page in client.get_paginator(operation).paginate(**arguments))

    return count


def _distributions(client: Any) -> int:
    pages = client.get_paginator("list_distributions").paginate()
    return sum(page["DistributionList"]["Quantity"] for page in pages)


DISTRIBUTION = "AWS::CloudFront::Distribution"
COUNTED = {
    DISTRIBUTION: Counted(
        words="CloudFront",
        plural="distributions",
        service="cloudfront",
        client="cloudfront",
        # The name was "Web distributions per AWS account" as long as there were others.
        names=("L-24B04930", "Distributions per AWS account", "Web distributions per AWS account"),
        count=_distributions,
        permission="cloudfront:ListDistributions",
        everywhere=True,
    ),
    "AWS::Cognito::UserPool": Counted(
        words="Cognito",
        plural="user pools",
        service="cognito-idp",
        client="cognito-idp",
        names=("User pools per account", "L-66E6DF30"),
        count=_of_pages("list_user_pools", "UserPools", MaxResults=60),
        permission="cognito-idp:ListUserPools",
    ),
    "AWS::EC2::VPC": Counted(
        words="VPC",
        plural="networks",
        service="vpc",
        client="ec2",
        names=("VPCs per Region", "L-F678F1CE"),
        count=_of_pages("describe_vpcs", "Vpcs"),
        permission="ec2:DescribeVpcs",
    ),
}


def check_resources(
    client: Client, quotas: Quotas, home: Quotas, wanted: Templates, deployed: Templates
) -> Iterator[Check]:
    """Whether the account takes as many resources as are to be made, of the types in `COUNTED`.

    Parameters
    ----------
    quotas, home
        Quotas of the region, and those of services that are in none.
    wanted, deployed
        Templates that are to be deployed, and that are: what is there need not be made.
    """
    there = {(stack, logical_id) for stack, logical_id, _ in of_type(deployed, *COUNTED)}
    for kind, counted in COUNTED.items():
        new = sum(1 for stack, logical_id, _ in of_type(wanted, kind) if (stack, logical_id) not in there)
        if new:
            known = home if counted.everywhere else quotas
            yield from asked(
                counted.words,
                counted.permission,
                partial(_check, client, known, counted, new),
            )


def _check(client: Client, quotas: Quotas, counted: Counted, new: int) -> Iterator[Check]:
    count = counted.count(client(counted.client))
    if counted is COUNTED[DISTRIBUTION] and not count:
        yield not_known(
            counted.words,
            "the account has no distribution yet, and AWS verifies some new accounts before they may create one; "
            "this cannot be checked",
            "if the stack web fails with 'Your account must be verified', ask AWS Support, or leave out `people` until "
            "then (stacks/settings.py)",
        )
    quota = quotas.find(counted.service, *counted.names)
    if quota is None:
        yield not_known(
            counted.words,
            f"Service Quotas has no such quota; there are {count} {counted.plural}, {new} more to be made",
        )
        return
    text = f"the account has {count} of {quota.value:g} {counted.plural}, {new} more to be made"
    if count + new <= quota.value:
        yield ok(counted.words, text)
    else:
        yield wanting(counted.words, text, quota.increase(count + new, quotas.region), blocks=True)
