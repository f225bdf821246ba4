"""The program of the pipeline's steps: the few modules of `training/` that they need, as one zip that Python runs.

`python3 CODE.zip COMMAND` works in the built-in image, which has numpy, xgboost and pyarrow but nothing else that
`training/` uses. Packing needs no network. The zip is named by the digest of its modules, so a change of any other part
of `training/` changes neither the pipeline nor the role that may download it.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

TRAINING = Path(__file__).resolve().parents[2] / "training"

MODULES = (
    "__init__",
    "adoption",
    "artifact",
    "channel_reading",
    "channels",
    "data_checks",
    "data_folder",
    "dataset",
    "errors",
    "evaluation",
    "files",
    "manifest",
    "manifest_fields",
    "mnist",
    "model_card",
    "model_records",
    "pipeline_steps",
)
"""Everything that `training.pipeline_steps` imports, directly or not; a test runs the zip with nothing else of ours."""

MAIN = "import sys\n\nfrom training.pipeline_steps import main\n\nsys.exit(main())\n"


@jsii.implements(cdk.ILocalBundling)
class PipelineCode:
    """Writes the folder that the CDK zips."""

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Write the folder at `output_dir`; True says that it was done."""
        package = Path(output_dir) / "training"
        package.mkdir()
        for module in MODULES:
            shutil.copyfile(TRAINING / f"{module}.py", package / f"{module}.py")
        (Path(output_dir) / "__main__.py").write_text(MAIN, encoding="utf-8")
        return True

    def digest(self) -> str:
        """SHA-256 of all that is in the zip."""
        digest = hashlib.sha256(MAIN.encode())
        for module in MODULES:
            digest.update(f"\0{module}\0".encode())
            digest.update(hashlib.sha256((TRAINING / f"{module}.py").read_bytes()).digest())
        return digest.hexdigest()


def make_pipeline_code(scope: Construct, construct_id: str) -> s3_assets.Asset:
    """The zip as an asset that is uploaded before the stack is deployed."""
    code = PipelineCode()
    return s3_assets.Asset(
        scope,
        construct_id,
        path=str(TRAINING),
        asset_hash=code.digest(),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("unused"), local=code),
    )
