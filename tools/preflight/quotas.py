"""Quotas by their names, as Service Quotas lists them, and whether those of SageMaker are enough.

ListServiceQuotas leaves out what only has its default, which ListAWSDefaultServiceQuotas has.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tools.preflight.check import Check, Client, asked, not_known, ok, wanting
from tools.preflight.needs import Need

SERVICE = "sagemaker"
SUBJECT = "quota"
PERMISSION = "servicequotas:ListServiceQuotas"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota of an account.

    Attributes
    ----------
    service, code
        By which an increase is asked for.
    value
        What the account may use.
    adjustable
        Whether AWS raises it on request.
    """

    service: str
    code: str
    value: float
    adjustable: bool

    def increase(self, value: float, region: str) -> str:
        """What to do for a higher value, in words and as a command."""
        if not self.adjustable:
            return f"AWS does not increase it: {value:g} do not fit into this account"
        return (
            f"ask for {value:g}: aws service-quotas request-service-quota-increase --service-code {self.service} "
            f"--quota-code {self.code} --desired-value {value:g} --region {region}"
        )


class Quotas:
    """The quotas of an account in one region; each service is listed when it is asked for first."""

    def __init__(self, client: Client, region: str) -> None:
        self._client = client
        self._lists: dict[tuple[str, str], dict[str, Quota]] = {}
        self.region = region

    def find(self, service: str, *names: str) -> Quota | None:
        """The quota of a service with one of these names or codes; None where Service Quotas has none."""
        for operation in ("list_service_quotas", "list_aws_default_service_quotas"):
            found = self._listed(service, operation)
            for name in names:
                if quota := found.get(name.lower()):
                    return quota
        return None

    def list(self, service: str) -> Iterator[Check]:
        """Ask for the quotas of a service, to have them or to fail; no check comes of it."""
        self._listed(service, "list_service_quotas")
        yield from ()

    def _listed(self, service: str, operation: str) -> dict[str, Quota]:
        if (service, operation) not in self._lists:
            pages = self._client("service-quotas").get_paginator(operation).paginate(ServiceCode=service)
            found: dict[str, Quota] = {}
            for each in (each for page in pages for each in page["Quotas"]):
                quota = Quota(
                    service=service,
                    code=each["QuotaCode"],
                    value=each["Value"],
                    adjustable=each.get("Adjustable", True),
                )
                found |= {each["QuotaName"].lower(): quota, quota.code.lower(): quota}
            self._lists[service, operation] = found
        return self._lists[service, operation]


def check_quotas(quotas: Quotas, needed: Sequence[Need], others: Counter[str]) -> Iterator[Check]:
    """Whether the quotas of SageMaker are enough.

    Parameters
    ----------
    needed
        What the environment uses of them.
    others
        What everything else in the account uses of them now, by name.
    """
    ask = partial(quotas.list, SERVICE)
    refused = list(
        asked(SUBJECT, PERMISSION, ask, item=", ".join(f"{need.quota} ({need.most} needed)" for need in needed))
    )
    yield from refused
    for need in [] if refused else needed:
        ask = partial(_check, quotas, need, others[need.quota])
        yield from asked(SUBJECT, PERMISSION, ask, item=need.quota)


def _check(quotas: Quotas, need: Need, others: int) -> Iterator[Check]:
    quota = quotas.find(SERVICE, need.quota)
    if quota is None:
        found = f"Service Quotas lists none of this name in {quotas.region}, and {need.most} is needed for {need.use}"
        yield not_known(SUBJECT, found, item=need.quota)
        return
    in_use = f", of which others use {others}" if others else ""
    text = f"the account has {quota.value:g}{in_use}, and needs {need.most} for {need.use}"
    if quota.value - others >= need.most:
        yield ok(SUBJECT, text, item=need.quota)
        return
    blocks = quota.value - others < need.now
    do = quota.increase(need.most + others, quotas.region)
    yield wanting(SUBJECT, f"{text}: {need.fails}", do, item=need.quota, blocks=blocks)
