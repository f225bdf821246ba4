"""Take out of a template what changes with code and not with infrastructure, so that a snapshot shows the latter."""

from __future__ import annotations

import json
import re

from tests.synth.assemblies import Json

_ASSET = re.compile(r"\b[0-9a-f]{64}\.zip\b")
_DEPLOYMENT = re.compile(r"(RestApiDeployment[0-9A-F]{8})[0-9a-f]{32}")


def normalise(template: Json) -> Json:
    """Replace digests of assets and of the API's definition; leave out what CDK adds to every stack."""
    text = json.dumps({name: value for name, value in template.items() if name not in {"Parameters", "Rules"}})
    text = _ASSET.sub("<asset>.zip", text)
    document: Json = json.loads(_DEPLOYMENT.sub(r"\1<digest>", text))
    return document
