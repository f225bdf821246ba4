"""Who calls on behalf of a service: the rule, bucket, topic or API method that a grant to the service is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.review.change import Template
from tools.review.iam.actions import within
from tools.review.iam.statements import Grant
from tools.review.iam.values import REFERENCE, Reader, logical_ids, meet, owner

_METHOD = re.compile(r".*:execute-api:.*:\$\{(?P<api>[A-Za-z0-9]+)\}/(?P<stage>[^/]+)/(?P<verb>[^/]+)(?P<path>/.*)?")
ANYTHING = "*"
"""The caller when a grant names none."""


def callers(grant: Grant, template: Template, reader: Reader) -> frozenset[str]:
    """The resources of a template for which a grant to a service is; a method as `${Api}/GET/path`.

    A caller outside of the template is its ARN, a grant for any caller is for `*`; nothing when none exists.
    """
    named = [value for test in grant.condition if test.key == "aws:sourcearn" for value in test.values]
    if not named:
        return frozenset({ANYTHING})
    found: set[str] = set()
    for value in named:
        found |= set(_named(value, template, reader))
    return frozenset(found)


def admits(grant: Grant, caller: str) -> bool:
    """Whether a grant is (also) for a caller."""
    named = [value for test in grant.condition if test.key == "aws:sourcearn" for value in test.values]
    if not named:
        return True
    return any(_matches(value, caller) for value in named)


def still_admitted(caller: str, lost: Grant, grants: Iterable[Grant]) -> bool:
    """Whether other grants let the caller do something of what was lost."""
    return any(
        other.scope == lost.scope
        and not other.denies
        and within(other.principal, lost.principal)
        and meet(str(other.action), str(lost.action))
        and admits(other, caller)
        for other in grants
    )


def _named(value: str, template: Template, reader: Reader) -> Iterator[str]:
    resources: Mapping[str, Any] = template.get("Resources", {})
    present = {reader.renamed.get(name, name) for name in resources}
    method = _METHOD.fullmatch(value)
    if method and method["stage"] == "test-invoke-stage":
        return
    if method and _lists_its_methods(resources, reader, method["api"]):
        yield from (path for path in _methods(template, reader, method["api"]) if _matches(value, path))
        return
    first = REFERENCE.search(value)
    if not first:
        yield value
    elif first[1] in present:
        yield "${" + first[1] + "}"


def _matches(value: str, caller: str) -> bool:
    method = _METHOD.fullmatch(value)
    if method and "/" in caller and caller.startswith("${"):
        pattern = "${" + method["api"] + "}/" + method["verb"] + (method["path"] or "/*")
        return method["stage"] != "test-invoke-stage" and meet(pattern, caller)
    return owner(caller) in {"${" + name + "}" for name in logical_ids(value)} or meet(value, caller)


def _lists_its_methods(resources: Mapping[str, Any], reader: Reader, api: str) -> bool:
    """Whether an API is a REST API of this template whose methods are resources, not a document of OpenAPI."""
    for name, resource in resources.items():
        if reader.renamed.get(name, name) == api and resource.get("Type") == "AWS::ApiGateway::RestApi":
            return not {"Body", "BodyS3Location"} & set(resource.get("Properties", {}))
    return False


def _methods(template: Template, reader: Reader, api: str) -> Iterator[str]:
    resources: Mapping[str, Any] = template.get("Resources", {})
    for resource in resources.values():
        if resource.get("Type") == "AWS::ApiGateway::Method":
            properties = resource.get("Properties", {})
            if reader.text(properties.get("RestApiId")) == "${" + api + "}":
                verb = str(properties.get("HttpMethod", "ANY"))
                path = _path(reader.text(properties.get("ResourceId")), resources, reader)
                yield "${" + api + "}/" + ("*" if verb == "ANY" else verb) + (path or "/")


def _path(resource_text: str, resources: Mapping[str, Any], reader: Reader) -> str:
    for name, resource in resources.items():
        if resource_text == reader.reference(name) and resource.get("Type") == "AWS::ApiGateway::Resource":
            properties = resource.get("Properties", {})
            part = re.sub(r"\{[^}]*\}", "*", reader.text(properties.get("PathPart", "")))
            return _path(reader.text(properties.get("ParentId")), resources, reader) + "/" + part
    return ""
