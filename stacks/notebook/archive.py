"""The files that the notebook instance starts with: the repository's notebook and the package that it imports.

The CDK packs them into one archive, named by its content, when something is deployed.
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (
    "*",
    *("!contract", "!contract/**", "!training", "!training/**"),
    *("!notebooks", "!notebooks/*.ipynb"),
    *("__pycache__", "*.pyc"),
)
"""Rules of a .gitignore file; the last that fits counts."""


def make_notebook_archive(scope: Construct) -> s3_assets.Asset:
    """Make the asset, of files that are in the repository only."""
    return s3_assets.Asset(
        scope, "Files", path=str(ROOT), exclude=list(LEFT_OUT), ignore_mode=cdk.IgnoreMode.GIT, display_name="Notebook"
    )
