"""All the checks of an environment, in the order in which a person would repair what is wanting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from contract.manifest import read_manifest
from stacks.settings import Settings
from tools.deployment import HOW_TO_GET_A_MANIFEST, ROOT, Deployment, stack_outputs
from tools.leftovers import leftovers
from tools.preflight import functions, gateway, model
from tools.preflight.check import Check, Client, asked, ok, wanting
from tools.preflight.identity import check_bootstrap, check_region
from tools.preflight.needs import Templates, needs
from tools.preflight.quotas import Quotas, check_quotas
from tools.preflight.resources import HOME, check_resources
from tools.preflight.usage import used_by_others
from training.common.paths import BuildPaths

OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso")
"""Prefixes of regions that know nothing of `HOME`."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whom the checks ask.

    Attributes
    ----------
    client, home
        Give clients of the region, and of the one where services that are in none are asked.
    quotas, home_quotas
        The quotas of both.
    """

    client: Client
    home: Client
    quotas: Quotas
    home_quotas: Quotas


def preflight(
    deployment: Deployment, settings: Settings, assembly: Path, wanted: Templates, deployed: Templates | None
) -> Iterator[Check]:
    """Check everything that the deployment of an environment, and later work in it, needs of an account of its own.

    Parameters
    ----------
    deployment, settings
        The environment.
    assembly
        The folder of its templates.
    wanted, deployed
        These templates, and those of the stacks that are there; None where they may not be read.
    """
    aws = ask_of(deployment, settings)
    yield from asked("region", "ec2:DescribeRegions", partial(check_region, aws.home, settings))
    bootstrap = partial(check_bootstrap, aws.client, settings, assembly)
    yield from asked("bootstrap", "ssm:GetParameter", bootstrap)
    yield from _quotas(aws, settings, wanted, deployed or {})
    if deployed is not None:
        log_role = partial(gateway.check_log_role, aws.client, wanted, deployed)
        yield from asked(gateway.SUBJECT, gateway.PERMISSION, log_role)
        yield from check_resources(aws.client, aws.quotas, aws.home_quotas, wanted, deployed)
        left = partial(_leftovers, aws.client, wanted, deployed)
        yield from asked("leftovers", "cloudformation:DescribeStacks", left)
    yield from asked(model.SUBJECT, model.PERMISSION, partial(_model, deployment))


def ask_of(deployment: Deployment, settings: Settings) -> Asked:
    """Whom to ask about an environment; each client and each list of quotas is made once."""
    region = settings.region if settings.region.startswith(OTHER_PARTITIONS) else HOME
    variables = {**deployment.variables, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    client, home = cache(deployment.client), cache(replace(deployment, variables=variables).client)
    return Asked(
        client=client,
        home=home,
        quotas=Quotas(client, settings.region),
        home_quotas=Quotas(home, region),
    )


def _quotas(aws: Asked, settings: Settings, wanted: Templates, deployed: Templates) -> Iterator[Check]:
    used: Counter[str] = Counter()
    yield from used_by_others(aws.client, wanted, used)
    yield from check_quotas(aws.quotas, list(needs(settings, wanted, deployed)), used)
    concurrency = partial(functions.check_concurrency, aws.client, wanted, deployed, settings.region)
    yield from asked(functions.SUBJECT, functions.PERMISSION, concurrency)


def _leftovers(client: Client, wanted: Templates, deployed: Templates) -> Iterator[Check]:
    clear = True
    for found in leftovers(client, wanted, deployed):
        clear = False
        if found.blocks:
            yield wanting("leftovers", found.what, found.do, blocks=True)
        else:
            yield ok("leftovers", f"{found.what}: {found.do}")
    if clear:
        yield ok("leftovers", "nothing of an earlier attempt is in the way")


def _model(deployment: Deployment) -> Iterator[Check]:
    manifest = read_manifest(deployment.manifest, how_to_get=HOW_TO_GET_A_MANIFEST)
    bucket = stack_outputs(deployment, "storage").get("BucketName")
    paths = BuildPaths(build=ROOT / deployment.variables.get("DIGITS_BUILD", "build"))
    yield from model.check_model(deployment.client, manifest, deployment.manifest, bucket, paths)
