"""Take out of a template what changes with code and not with infrastructure, so that a snapshot shows the latter.

The definition of a pipeline is a text in a template; here it is the JSON that it says, so that a person can read it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.support.assemblies import Json

_ASSET = re.compile(r"\b[0-9a-f]{64}\.zip\b")
_DEPLOYMENT = re.compile(r"(RestApiDeployment[0-9A-F]{8})[0-9a-f]{32}")


def normalise(template: Json) -> Json:
    """Replace digests of assets and of the API's definition; leave out what CDK adds to every stack."""
    text = json.dumps({name: value for name, value in template.items() if name not in {"Parameters", "Rules"}})
    text = _ASSET.sub("<asset>.zip", text)
    document: Json = json.loads(_DEPLOYMENT.sub(r"\1<digest>", text))
    for resource in document.get("Resources", {}).values():
        if resource.get("Type") == "AWS::SageMaker::Pipeline":
            definition = resource["Properties"]["PipelineDefinition"]
            definition["PipelineDefinitionBody"] = json.loads(_with_names(definition["PipelineDefinitionBody"]))
    return document


def _with_names(body: Any) -> str:
    """The text of a pipeline with the name of what is referred to in place of each reference."""
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    return "".join(part if isinstance(part, str) else f"<{_last_word(part)}>" for part in parts)


def _last_word(reference: Json) -> str:
    (value,) = reference.values()
    return str(value.get("OutputName") if isinstance(value, dict) else value[0] if isinstance(value, list) else value)
