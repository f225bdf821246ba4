"""What SageMaker checks of the production variants of an endpoint configuration; pure functions on the request.

The rules are those of the API reference and of the developer guide's page on serverless inference; the words are the
emulator's where no user has reported the service's.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
"""

from __future__ import annotations

from collections.abc import Iterable

from sagemaker_local.sagemaker.errors import validation
from sagemaker_local.sagemaker.shapes import Json

_GIGABYTE_IN_MB = 1024


def check_variants(variants: list[Json]) -> None:
    """See that these variants may stand in one configuration.

    Parameters
    ----------
    variants
        All of the configuration, shadow variants too, with their models.

    Raises
    ------
    ServiceError
        `ValidationException` that names the variant and what is wrong with it.
    """
    for variant in variants:
        _check_capacity(variant)
    check_names(variant["VariantName"] for variant in variants)
    serverless = [variant["VariantName"] for variant in variants if variant.get("ServerlessConfig")]
    if 0 < len(serverless) < len(variants):
        msg = (
            "The variants of an endpoint configuration must be all serverless or all on instances; of these "
            f"{len(variants)}, serverless: {', '.join(serverless)}."
        )
        raise validation(msg)


def check_names(names: Iterable[str]) -> None:
    """See that no variant is named twice in a request.

    Raises
    ------
    ServiceError
        `ValidationException` with the text of the service.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            msg = f'The variant name "{name}" was non-unique within the request.'
            raise validation(msg)
        seen.add(name)


def _check_capacity(variant: Json) -> None:
    label = f"Production variant {variant['VariantName']}"
    if not variant.get("ModelName"):
        msg = f"{label} needs a ModelName; this emulator has no inference components."
        raise validation(msg)
    instance, serverless = variant.get("InstanceType"), variant.get("ServerlessConfig")
    if bool(instance) == bool(serverless):
        had = "both" if instance else "neither"
        msg = f"{label} must have either InstanceType or ServerlessConfig; it has {had}."
        raise validation(msg)
    if instance and not variant.get("InitialInstanceCount"):
        msg = f"{label} must have an InitialInstanceCount of at least 1."
        raise validation(msg)
    if serverless:
        _check_serverless(label, serverless)


def _check_serverless(label: str, config: Json) -> None:
    memory, most = config["MemorySizeInMB"], config["MaxConcurrency"]
    provisioned = config.get("ProvisionedConcurrency")
    if memory % _GIGABYTE_IN_MB:
        msg = f"{label}: MemorySizeInMB must be 1024, 2048, 3072, 4096, 5120 or 6144; got {memory}."
        raise validation(msg)
    if provisioned is not None and provisioned > most:
        msg = f"{label}: ProvisionedConcurrency must be at most MaxConcurrency, {most}; got {provisioned}."
        raise validation(msg)
