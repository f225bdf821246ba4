"""The rules of production variants: what a configuration may hold, and what an update may not change.

Pure functions on the documents of the service and on the variants of an endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.records import INSTANCES, Definition, Endpoint, Variant
from sagemaker_local.sagemaker.shapes import Json

_GIGABYTE_IN_MB = 1024


def check_kind(endpoint: Endpoint, config: Definition) -> None:
    """Refuse to make a serverless endpoint of one with instances.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html; the words are the emulator's.
    """
    serverless = any(variant.get("ServerlessConfig") for variant in config.request["ProductionVariants"])
    if serverless and any(variant.serverless is None for variant in endpoint.variants):
        msg = (
            f'Cannot update endpoint "{endpoint.arn}": a real-time endpoint cannot become a serverless one. '
            "Create a new endpoint."
        )
        raise validation(msg)


def check_variants(variants: list[Json]) -> None:
    """Refuse what may not stand in one configuration, shadow variants among them."""
    for variant in variants:
        _check_variant(variant)
    check_names(variant["VariantName"] for variant in variants)
    serverless = [variant["VariantName"] for variant in variants if variant.get("ServerlessConfig")]
    if 0 < len(serverless) < len(variants):
        msg = (
            "The variants of an endpoint configuration must be all serverless or all on instances; serverless of "
            f"these {len(variants)}: {', '.join(serverless)}."
        )
        raise validation(msg)


def check_names(names: Iterable[str]) -> None:
    """Refuse a request that names a variant twice, in the words of the service."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            msg = f'The variant name "{name}" was non-unique within the request.'
            raise validation(msg)
        seen.add(name)


def _check_variant(variant: Json) -> None:
    if not variant.get("ModelName"):
        msg = (
            f"Production variant {variant['VariantName']} needs a ModelName; this emulator has no inference components."
        )
        raise validation(msg)
    instance, serverless = variant.get("InstanceType"), variant.get("ServerlessConfig")
    if bool(instance) == bool(serverless):
        msg = (
            f"Production variant {variant['VariantName']} must have either InstanceType or ServerlessConfig; "
            f"it has {'both' if instance else 'neither'}."
        )
        raise validation(msg)
    if instance and not variant.get("InitialInstanceCount"):
        msg = f"Production variant {variant['VariantName']} must have an InitialInstanceCount of at least 1."
        raise validation(msg)
    if serverless:
        _check_serverless(variant, serverless)


def _check_serverless(variant: Json, config: Json) -> None:
    """Refuse memory that is not in whole gigabytes, and more concurrency that is kept ready than there is.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html; the words are
    the emulator's.
    """
    memory = config["MemorySizeInMB"]
    if memory % _GIGABYTE_IN_MB:
        msg = (
            f"Production variant {variant['VariantName']} has a MemorySizeInMB of {memory}; it must be 1024, 2048, "
            "3072, 4096, 5120 or 6144."
        )
        raise validation(msg)
    ready, most = config.get("ProvisionedConcurrency", 0), config["MaxConcurrency"]
    if ready > most:
        msg = (
            f"Production variant {variant['VariantName']} has a ProvisionedConcurrency of {ready}, which is more than "
            f"its MaxConcurrency of {most}."
        )
        raise validation(msg)


def check_scaled(endpoint: Endpoint, before: Definition, after: Definition) -> None:
    """Refuse to change the instance type of a variant that is scaled, or to take it away.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html; the words are the emulator's.
    """
    old, new = (
        {variant["VariantName"]: variant for variant in config.request["ProductionVariants"]}
        for config in (before, after)
    )
    for name, dimension in endpoint.scaled:
        was, becomes = (_scaled_by(variants.get(name, {}), dimension) for variants in (old, new))
        if not becomes or (dimension == INSTANCES and was != becomes):
            msg = (
                f'Cannot update endpoint "{endpoint.arn}": variant {name} is registered with Application Auto Scaling '
                f"({dimension}). Deregister it before you change its instance type or remove it."
            )
            raise validation(msg)


def properties(variant: Variant) -> Json:
    """What `RetainAllVariantProperties` keeps of a variant."""
    return {"DesiredWeight": variant.weight, "DesiredInstanceCount": variant.instance_count}


def reweighted(variant: Variant, change: Json) -> Variant:
    """The variant with another weight or number of instances, where the change has one."""
    return Variant(
        name=variant.name,
        weight=float(change.get("DesiredWeight", variant.weight)),
        images=variant.images,
        instance_count=change.get("DesiredInstanceCount", variant.instance_count),
        serverless=variant.serverless,
    )


def _scaled_by(variant: Json, dimension: str) -> object:
    """What a variant has of a dimension: its type of instance, or the concurrency that is kept ready."""
    if dimension == INSTANCES:
        return variant.get("InstanceType")
    return variant.get("ServerlessConfig", {}).get("ProvisionedConcurrency")
