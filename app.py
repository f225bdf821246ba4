#!/usr/bin/env python3
"""The composition root: environment -> settings -> manifest -> stacks -> synth.

It is the only CDK file that reads the environment: `DIGITS_ENVIRONMENT` and `DIGITS_MANIFEST`, and nothing else that
changes a template. `JSII_NODE` names the Node.js in which the CDK runs; `stacks.shared.node` finds one otherwise.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from contract.interrupts import end_with_a_word
from stacks.shared.node import node_binary

if __name__ == "__main__":
    end_with_a_word()
# Before the CDK is imported, which starts it.
os.environ["JSII_NODE"] = os.environ.get("JSII_NODE") or str(node_binary())

import aws_cdk as cdk

from contract.errors import ContractError
from contract.manifest import Manifest, read_manifest
from stacks.api.stack import ApiStack
from stacks.identity.stack import IdentityStack
from stacks.inference.stack import InferenceStack
from stacks.notebook.stack import NotebookStack
from stacks.operations.stack import OperationsStack
from stacks.policy.rules import check_policies
from stacks.settings import Settings, settings_for
from stacks.shared.locked_packages import said_while_bundling
from stacks.storage.stack import StorageStack
from stacks.stream.stack import StreamStack
from stacks.training.stack import TrainingStack
from stacks.upload.stack import UploadStack
from stacks.web.stack import WebStack

HOW_TO_GET_A_MANIFEST = (
    "run 'python -m training promote build/model/manifest.json', or name another manifest with DIGITS_MANIFEST"
)


def build_app(settings: Settings, manifest: Manifest, **options: Any) -> cdk.App:
    """Make the application of one environment; `options` are those of `cdk.App`."""
    app = cdk.App(**options)
    storage = StorageStack(app, settings=settings)
    training = TrainingStack(app, settings=settings, manifest=manifest, bucket=storage.bucket)
    parts = settings.parts
    stream = StreamStack(app, settings=settings, bucket=storage.bucket) if parts.stream else None
    inference = InferenceStack(app, settings=settings, manifest=manifest, bucket=storage.bucket)
    identity, web = _people(app, settings)
    user_pool = identity.user_pool if identity else None
    origins = web.origins if web else ()
    upload = None
    if parts.uploads:
        upload = UploadStack(
            app,
            settings=settings,
            manifest=manifest,
            model_endpoint=inference.model_endpoint,
            user_pool=user_pool,
            origins=origins,
        )
    api = ApiStack(
        app,
        settings=settings,
        manifest=manifest,
        model_endpoint=inference.model_endpoint,
        upload=upload,
        user_pool=user_pool,
        origins=origins,
    )
    if parts.notebook and api.service:
        NotebookStack(
            app,
            settings=settings,
            bucket=storage.bucket,
            training_role=training.role,
            model_endpoint=inference.model_endpoint,
            service=api.service,
        )
    if parts.operations:
        OperationsStack(
            app,
            settings=settings,
            api=api,
            upload=upload,
            model_endpoint=inference.model_endpoint,
            stream=stream,
            identity=identity,
            web=web,
        )
    cdk.Tags.of(app).add("project", "digits")
    cdk.Tags.of(app).add("environment", settings.environment)
    return app


def _people(app: cdk.App, settings: Settings) -> tuple[IdentityStack, WebStack] | tuple[None, None]:
    """Make what people need: their accounts, and the site with the page."""
    if not settings.parts.people:
        return None, None
    return IdentityStack(app, settings=settings), WebStack(app, settings=settings)


def feature_flags() -> dict[str, Any]:
    """The context of cdk.json, which only the CDK CLI would read: `python app.py` makes the same templates as it."""
    document: dict[str, Any] = json.loads((Path(__file__).parent / "cdk.json").read_text(encoding="utf-8"))["context"]
    return document


def main() -> None:
    """Write the templates; input that cannot be used ends in a sentence."""
    try:
        settings = settings_for(os.environ.get("DIGITS_ENVIRONMENT", "local"))
        manifest = read_manifest(
            Path(os.environ.get("DIGITS_MANIFEST", "models/current.json")), how_to_get=HOW_TO_GET_A_MANIFEST
        )
        app = build_app(settings, manifest, context=feature_flags())
        check_policies(app, settings)
        app.synth()
    except ContractError as error:
        sys.exit(f"error: {error}")
    except RuntimeError as error:
        if (said := said_while_bundling(error)) is None:
            raise
        sys.exit(f"error: {said}")


if __name__ == "__main__":
    main()
