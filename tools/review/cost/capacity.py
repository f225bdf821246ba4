"""What load takes: machines, concurrency and messages at each rate, and which limit is met first.

Arithmetic on measured times (`assumptions.py`) and on documented quotas; docs/scale-out.md shows it at length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.review.change import Template
from tools.review.cost.assumptions import (
    BUSY,
    CONTAINER_PROCESSORS,
    CONTAINER_REQUESTS_PER_SECOND,
    ENDPOINT_SECONDS,
    FUNCTION_SECONDS,
    UPLOAD_SECONDS,
)
from tools.review.cost.items import RATES, mappings, number, properties_of, resources_of
from tools.review.cost.path import Id, find_path

CAPACITY_RATES = (*RATES, 100_000, 1_000_000)

API_REQUESTS_PER_SECOND = 10_000
"""Per account and region. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

FUNCTION_CONCURRENCY = 1_000
"""Per account and region. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

NEW_ACCOUNT_CONCURRENCY = 10
"""What new accounts have been seen to begin with, of Lambda and of serverless endpoints; AWS says only "reduced"."""

SERVERLESS_CONCURRENCY = 200
"""Of one endpoint. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html"""

SHARD_RECORDS_PER_SECOND = 1_000
"""https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"""

LOG_RECORDS = 5
"""Records of logs for a request: START, END, REPORT and metrics of the function, and one line of the access log."""

PROCESSORS = {"medium": 2, "large": 2, "xlarge": 4}
"""Virtual processors of SageMaker's machines by size; `2xlarge` and so on have four times their number."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What one rate takes.

    Attributes
    ----------
    rate
        Prediction requests a minute.
    requests_per_second
        The same a second.
    machines
        Machines of the endpoint at half load, two at least, so that one may fail.
    serverless_concurrency
        Requests that a serverless endpoint has in hand, on average.
    function_concurrency
        Executions of the function at the same time, on average.
    log_records
        Records of logs a second.
    upload_workers
        Executions of the worker at the same time if the pictures came as uploads; a message of the queue each.
    shards
        Shards of the stream if they came as its records.
    """

    rate: int
    requests_per_second: float
    machines: int
    serverless_concurrency: int
    function_concurrency: int
    log_records: float
    upload_workers: int
    shards: int


def needs(rate: int, instance_type: str = "ml.m5.large") -> Needs:
    """What a rate takes, with machines of a type."""
    second = rate / 60
    return Needs(
        rate=rate,
        requests_per_second=second,
        machines=max(2, math.ceil(second / machine_requests_per_second(instance_type))),
        serverless_concurrency=math.ceil(second * ENDPOINT_SECONDS),
        function_concurrency=math.ceil(second * FUNCTION_SECONDS),
        log_records=second * LOG_RECORDS,
        upload_workers=math.ceil(second * UPLOAD_SECONDS),
        shards=math.ceil(second / SHARD_RECORDS_PER_SECOND),
    )


def machine_requests_per_second(instance_type: str) -> float:
    """Requests that a machine is planned to take: half of what its processors were measured to do."""
    return CONTAINER_REQUESTS_PER_SECOND * BUSY * processors(instance_type) / CONTAINER_PROCESSORS


def processors(instance_type: str) -> int:
    """Virtual processors by the name of the size; two where the name does not tell."""
    match = re.search(r"\.(\d*)(medium|large|xlarge)$", instance_type)
    return PROCESSORS[match[2]] * int(match[1] or 1) if match else CONTAINER_PROCESSORS


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Something that more requests a minute than `rate` do not pass.

    Attributes
    ----------
    name
        What it is, with its figure.
    where
        Who raises it: the `template`, or AWS for the `account`.
    """

    name: str
    rate: float
    where: str


def limits(templates: Mapping[str, Template]) -> list[Limit]:
    """The limits on the path of a prediction, the lowest first.

    How many machines of a type an account may have is a quota, too, but differs from account to account and is not
    among them.
    """
    path = find_path(templates)
    found = [*_account(), *(limit for identity in path for limit in _of(templates, identity))]
    return sorted(found, key=lambda limit: (limit.rate, limit.name))


def exceeded(found: Collection[Limit], rate: int) -> list[Limit]:
    """Those that a rate exceeds, in the order in which they have to be raised."""
    return [limit for limit in found if limit.rate < rate]


def _account() -> Iterator[Limit]:
    yield Limit(
        name=f"API Gateway: {API_REQUESTS_PER_SECOND:,} requests a second",
        rate=API_REQUESTS_PER_SECOND * 60,
        where="account",
    )
    for count, who in ((FUNCTION_CONCURRENCY, ""), (NEW_ACCOUNT_CONCURRENCY, " in a new account")):
        name = f"Lambda: {count:,} executions at a time{who}"
        yield Limit(name=name, rate=count / FUNCTION_SECONDS * 60, where="account")


def _of(templates: Mapping[str, Template], identity: Id) -> Iterator[Limit]:
    stack, name = identity
    resource = resources_of(templates[stack]).get(name, {})
    properties = properties_of(templates[stack], name)
    if resource.get("Type") == "AWS::ApiGateway::Stage":
        for setting in mappings(properties.get("MethodSettings")):
            rate = number(setting.get("ThrottlingRateLimit"))
            if rate is not None:
                yield Limit(name=f"throttle of the API: {rate:g} requests a second", rate=rate * 60, where="template")
    elif resource.get("Type") == "AWS::Lambda::Function":
        reserved = number(properties.get("ReservedConcurrentExecutions"))
        if reserved is not None:
            text = f"reserved concurrency of the function: {reserved:g}"
            yield Limit(name=text, rate=reserved / FUNCTION_SECONDS * 60, where="template")
    elif resource.get("Type") == "AWS::SageMaker::EndpointConfig":
        most = _scaled_to(templates[stack])
        for variant in mappings(properties.get("ProductionVariants")):
            yield from _variant(variant, most.get(str(variant.get("VariantName"))))


def _scaled_to(template: Template) -> dict[str, float]:
    """How many machines each variant may be scaled to, by its name."""
    targets = (
        properties_of(template, name)
        for name, resource in resources_of(template).items()
        if resource.get("Type") == "AWS::ApplicationAutoScaling::ScalableTarget"
    )
    return {
        str(target.get("ResourceId")).rpartition("/")[2]: most
        for target in targets
        if target.get("ScalableDimension") == "sagemaker:variant:DesiredInstanceCount"
        and (most := number(target.get("MaxCapacity"))) is not None
    }


def _variant(variant: Mapping[str, Any], scaled_to: float | None) -> Iterator[Limit]:
    serverless = variant.get("ServerlessConfig")
    if isinstance(serverless, Mapping):
        most = number(serverless.get("MaxConcurrency")) or 1
        text = f"serverless endpoint: {most:g} requests at a time"
        yield Limit(name=text, rate=most / ENDPOINT_SECONDS * 60, where="template")
        text = f"serverless endpoints: {NEW_ACCOUNT_CONCURRENCY} requests at a time in a new account"
        yield Limit(name=text, rate=NEW_ACCOUNT_CONCURRENCY / ENDPOINT_SECONDS * 60, where="account")
        text = f"one serverless endpoint: {SERVERLESS_CONCURRENCY} requests at a time; then use instances"
        yield Limit(name=text, rate=SERVERLESS_CONCURRENCY / ENDPOINT_SECONDS * 60, where="AWS, for all")
        return
    kind, count = variant.get("InstanceType"), number(variant.get("InitialInstanceCount", 1))
    if isinstance(kind, str) and count:
        most = scaled_to or count
        text = f"endpoint: {'at most ' if scaled_to else ''}{most:g} x {kind}, half busy"
        yield Limit(name=text, rate=most * machine_requests_per_second(kind) * 60, where="template, then account")


def machine_of(templates: Mapping[str, Template]) -> str:
    """The type of machine of the endpoint on the path; `ml.m5.large` where it has none."""
    for stack, name in sorted(find_path(templates)):
        properties = properties_of(templates[stack], name)
        for variant in mappings(properties.get("ProductionVariants")):
            if isinstance(variant.get("InstanceType"), str):
                return str(variant["InstanceType"])
    return "ml.m5.large"
