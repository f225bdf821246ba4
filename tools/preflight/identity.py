"""Whose credentials these are, whether the region can be used, and whether it was bootstrapped for the CDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from stacks.settings import Settings
from tools.preflight.check import Check, Client, ok, wanting

OPTED_OUT = "not-opted-in"


def check_account(client: Client, settings: Settings) -> Iterator[Check]:
    """Whether the credentials are of the account that the settings name.

    Raises
    ------
    BotoCoreError, ClientError
        If there are no credentials, or they are not taken; nothing else can be asked then.
    """
    caller = client("sts").get_caller_identity()
    if caller["Account"] != settings.account:
        found = f"the credentials belong to {caller['Account']}, and {settings.environment} is {settings.account}"
        yield wanting("account", found, "use other credentials, or correct stacks/settings.py", blocks=True)
    else:
        yield ok("account", f"{settings.account}, as {caller['Arn'].rpartition(':')[2]}")


def check_region(home: Client, settings: Settings) -> Iterator[Check]:
    """Whether the account may use the region. That it has every type of resource, the settings themselves check.

    Parameters
    ----------
    home
        Gives clients of a region that every account may use.
    """
    region = settings.region
    regions = home("ec2").describe_regions(RegionNames=[region], AllRegions=True)["Regions"]
    if any(each.get("OptInStatus") == OPTED_OUT for each in regions):
        do = f"enable it: aws account enable-region --region-name {region} (takes minutes to hours)"
        yield wanting("region", f"{region} is not enabled for account {settings.account}", do, blocks=True)
    else:
        yield ok("region", f"{region} is enabled, and has every type of resource that is used")


def check_bootstrap(client: Client, settings: Settings, assembly: Path) -> Iterator[Check]:
    """Whether the region was bootstrapped for the CDK as the assembly demands.

    Parameters
    ----------
    assembly
        The folder with the `manifest.json` of the templates.
    """
    for parameter, needed in demanded_versions(assembly).items():
        command = (
            f"DIGITS_ENVIRONMENT={settings.environment} python -m tools.cdk bootstrap "
            f"aws://{settings.account}/{settings.region}"
        )
        try:
            version = int(client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            yield wanting("bootstrap", f"there is no parameter {parameter}", f"run: {command}", blocks=True)
            continue
        text = f"version {version}, and {needed} or more is needed"
        if version < needed:
            yield wanting("bootstrap", text, f"run again: {command}", blocks=True)
        else:
            yield ok("bootstrap", text)


def demanded_versions(assembly: Path) -> dict[str, int]:
    """The version of the bootstrap stack that an assembly demands, by the parameter that tells what there is."""
    artifacts: dict[str, Any] = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    found: dict[str, int] = {}
    for artifact in artifacts.values():
        properties = artifact.get("properties", {})
        parameter = properties.get("bootstrapStackVersionSsmParameter")
        if parameter:
            version = properties.get("requiresBootstrapStackVersion", 1)
            found[parameter] = max(found.get(parameter, 0), version)
    return found
