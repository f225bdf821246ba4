"""The program of the pipeline's steps as an asset, which the CDK CLI zips and uploads before the stack is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from stacks.training.pipeline_program import TRAINING, program_digest, write_program


@jsii.implements(cdk.ILocalBundling)
class PipelineCode:
    """Writes the folder that the CDK zips, in place of a Docker container."""

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Write the folder at `output_dir`; True says that it was done."""
        write_program(Path(output_dir))
        return True


def make_pipeline_code(scope: Construct, construct_id: str) -> s3_assets.Asset:
    """The zip, named by the digest of its modules whether it was written or not."""
    return s3_assets.Asset(
        scope,
        construct_id,
        path=str(TRAINING),
        asset_hash=program_digest(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("unused"), local=PipelineCode()),
    )
