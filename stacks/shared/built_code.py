"""Code of functions and layers that is built when something is deployed, without Docker.

A synthesis for review or tests builds nothing, and needs neither the network nor an installer. What is built is named
by the digest of everything that decides its content, so templates are the same either way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from stacks.shared.function_bundle import SOURCES


def built_code(digest: str, build: Callable[[Path], None]) -> lambda_.Code:
    """Code that `build` puts into an empty folder, under the digest of what it will be."""
    return lambda_.Code.from_asset(
        str(SOURCES),
        asset_hash=digest,
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("unused"), local=_LocalBundling(build)),
    )


@jsii.implements(cdk.ILocalBundling)
class _LocalBundling:
    """What the CDK asks to build, in place of a Docker container."""

    def __init__(self, build: Callable[[Path], None]) -> None:
        self._build = build

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Build the folder; True says that it was done."""
        self._build(Path(output_dir))
        return True
