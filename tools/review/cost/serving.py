"""What serves requests: SageMaker, Lambda, API Gateway, AppSync, CloudFront, user pools, web ACLs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.cost.assumptions import (
    DETAILED_METRICS,
    ENDPOINT_SECONDS,
    FUNCTION_SECONDS,
    GIGABYTE,
    NOTEBOOK_HOURS,
    REQUEST_BYTES,
)
from tools.review.cost.items import (
    HOURS,
    Item,
    Missing,
    Part,
    Pricer,
    Resource,
    Units,
    always,
    by_use,
    each,
    hourly,
    monthly_fee,
    number,
    properties_of,
)

FUNCTION_MEMORY_MB = 128
FUNCTION_DISK_MB = 512
TRACES_A_MONTH = HOURS * 3600
"""X-Ray keeps the first request of each second."""
TRACED_BEYOND = 0.05
"""... and this share of the others."""


def _endpoint_config(resource: Resource) -> Iterator[Part]:
    for name in ("ProductionVariants", "ShadowProductionVariants"):
        for variant in resource.items(name):
            serverless = variant.get("ServerlessConfig")
            yield from _serverless(resource, serverless) if serverless else _machines(variant)
    if resource.get("DataCaptureConfig.EnableCapture") in (True, "true"):
        yield from by_use("s3", "storage", "writes")


def _machines(variant: Mapping[str, Any]) -> Iterator[Part]:
    count = number(variant.get("InitialInstanceCount", 1))
    yield from hourly("sagemaker", variant.get("InstanceType"), count)
    if variant.get("VolumeSizeInGB") and count is not None:
        yield from monthly_fee("sagemaker", "volume", (number(variant["VolumeSizeInGB"]) or 0) * count)


def _serverless(resource: Resource, config: Mapping[str, Any]) -> Iterator[Part]:
    memory = number(config.get("MemorySizeInMB"))
    if memory is None:
        yield Missing("a serverless endpoint whose memory is not written out")
        return
    gigabytes = memory / 1024
    text = f"serverless, {gigabytes:g} GB"
    yield Item("sagemaker", "serverless inference", resource.uses(gigabytes * ENDPOINT_SECONDS), text)
    yield Item("sagemaker", "serverless data", resource.uses(REQUEST_BYTES / GIGABYTE), text)
    if config.get("ProvisionedConcurrency"):
        yield Missing("provisioned concurrency of a serverless endpoint")


def _notebook(resource: Resource) -> Iterator[Part]:
    kind = resource.get("InstanceType")
    if isinstance(kind, str):
        yield Item("sagemaker", kind, _notebook_hours(resource), f"{NOTEBOOK_HOURS} hours of {kind}")
    else:
        yield Missing("a notebook instance whose type is not written out")
    yield from monthly_fee("sagemaker", "volume", resource.figure("VolumeSizeInGB", 5))


def _notebook_hours(resource: Resource) -> Units:
    """At rest nobody works in it; only a script of its lifecycle can have stopped it."""
    if resource.get("LifecycleConfigName") is None:
        return always(NOTEBOOK_HOURS)
    return lambda requests: NOTEBOOK_HOURS if requests else 0


def _function(resource: Resource) -> Iterator[Part]:
    memory = resource.figure("MemorySize", FUNCTION_MEMORY_MB)
    disk = resource.figure("EphemeralStorage.Size", FUNCTION_DISK_MB)
    processor = (resource.items("Architectures") or ["x86_64"])[0]
    if memory is None or disk is None or not isinstance(processor, str):
        yield Missing("a function whose memory, disk or processor is not written out")
        return
    text = f"{memory:g} MB on {processor}"
    yield Item("lambda", "requests", resource.uses(1), text)
    yield Item("lambda", f"duration {processor}", resource.uses(memory / 1024 * FUNCTION_SECONDS), text)
    if disk > FUNCTION_DISK_MB:
        beyond = (disk - FUNCTION_DISK_MB) / 1024
        yield Item("lambda", "ephemeral storage", resource.uses(beyond * FUNCTION_SECONDS), f"{disk:g} MB of disk")
    if resource.get("TracingConfig.Mode") == "Active":
        yield Item("xray", "traces", _traces if resource.on_path else None, "traced")


def _traces(requests: float) -> float:
    return min(requests, TRACES_A_MONTH) + TRACED_BEYOND * max(0.0, requests - TRACES_A_MONTH)


def _provisioned(resource: Resource) -> Iterator[Part]:
    """Provisioned concurrency of an alias or version, by the memory of its function in the same template."""
    config = resource.get("ProvisionedConcurrencyConfig", {})
    count = number(config.get("ProvisionedConcurrentExecutions", 0))
    if count == 0:
        return
    reference = resource.get("FunctionName")
    target = reference.get("Ref") if isinstance(reference, Mapping) else None
    function = properties_of(resource.template, str(target))
    memory = number(function.get("MemorySize", FUNCTION_MEMORY_MB)) if function else None
    if count is None or memory is None:
        yield Missing("provisioned concurrency of a function whose memory or number is not in this template")
        return
    gigabytes = count * memory / 1024
    text = f"{count:g} x {memory:g} MB kept ready"
    yield from hourly("lambda", "provisioned concurrency", gigabytes, hours=HOURS * 3600, text=text)


def _stage(resource: Resource) -> Iterator[Part]:
    yield Item("apigateway", "REST requests", resource.uses(1))
    settings = [setting for setting in resource.items("MethodSettings") if isinstance(setting, Mapping)]
    if any(setting.get("MetricsEnabled") in (True, "true") for setting in settings):
        text = "detailed metrics"
        seen = (lambda requests: DETAILED_METRICS if requests else 0) if resource.on_path else None
        yield Item("cloudwatch", "custom metric", seen, text)
    if resource.get("CacheClusterEnabled") in (True, "true"):
        yield from hourly("apigateway", f"cache {resource.get('CacheClusterSize', '0.5')}")


def _http_api(resource: Resource) -> Iterator[Part]:
    if resource.get("ProtocolType") == "WEBSOCKET":
        yield Missing("messages and connection minutes of a WebSocket API")
    else:
        yield Item("apigateway", "HTTP requests", resource.uses(1))


def _user_pool(resource: Resource) -> Iterator[Part]:
    tier = str(resource.get("UserPoolTier", "ESSENTIALS")).capitalize()
    yield from by_use("cognito", f"active user, {tier}")


def _web_acl(resource: Resource) -> Iterator[Part]:
    yield from monthly_fee("waf", "web ACL")
    yield from monthly_fee("waf", "rule", len(resource.items("Rules")))
    yield from by_use("waf", "requests")


def _event_api(_: Resource) -> Iterator[Part]:
    yield from by_use("appsync", "Event API operations")


def _graphql(_: Resource) -> Iterator[Part]:
    yield Missing("queries and subscriptions of a GraphQL API")


def _distribution(_: Resource) -> Iterator[Part]:
    yield from by_use("cloudfront", "HTTPS requests", "data out")


def _load_balancer(resource: Resource) -> Iterator[Part]:
    kind = resource.get("Type", "application")
    yield from hourly("elb", kind, text=f"{kind} load balancer")
    if kind == "application" and resource.on_path:
        # A capacity unit bears 25 new connections a second; each request is counted as one.
        yield Item("elb", "LCU", each(1 / 3600 / 25), "capacity units")
    elif kind == "application":
        yield from by_use("elb", "LCU")
    else:
        yield Missing(f"capacity units of a {kind} load balancer")


def _classic_balancer(_: Resource) -> Iterator[Part]:
    yield from hourly("elb", "classic", text="classic load balancer")
    yield Missing("data through a classic load balancer")


PRICERS: Mapping[str, Pricer] = {
    "AWS::SageMaker::EndpointConfig": _endpoint_config,
    "AWS::SageMaker::NotebookInstance": _notebook,
    "AWS::Lambda::Function": _function,
    "AWS::Serverless::Function": _function,
    "AWS::Lambda::Alias": _provisioned,
    "AWS::Lambda::Version": _provisioned,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::AppSync::Api": _event_api,
    "AWS::AppSync::GraphQLApi": _graphql,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::ElasticLoadBalancing::LoadBalancer": _classic_balancer,
}
