"""Which resources each prediction request goes through: one API, its function, their logs, one endpoint.

A template does not say where requests come in, so this looks for it: the function that an API calls, best one that has
the name of an endpoint among its variables; the API that calls it, best with POST; else a load balancer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tools.review.change import Template
from tools.review.cost.items import properties_of, resources_of

Id = tuple[str, str]
"""Stack and logical id."""

METHODS = {"AWS::ApiGateway::Method": ("Integration", "RestApiId"), "AWS::ApiGatewayV2::Integration": (None, "ApiId")}
"""Types that connect an API with what it calls: the property that names what is called, and the API."""
APIS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
BEST_VERBS = {"POST": 2, "ANY": 1}


def find_path(templates: Mapping[str, Template], prefer: Collection[Id] = ()) -> frozenset[Id]:
    """The resources on the path.

    Parameters
    ----------
    templates
        By stack.
    prefer
        The path through an earlier state of the same stacks: among equals these are taken, so that a resource that is
        new beside them does not look as if it took over the requests.
    """
    found: set[Id] = set()
    endpoints = _all(templates, "AWS::SageMaker::EndpointConfig")
    found.update(_chosen(dict.fromkeys(endpoints, 0), prefer))
    calls = list(_calls(templates))
    functions = {call.function: call.worth for call in sorted(calls, key=lambda call: call.worth)}
    if functions:
        function = _chosen(functions, prefer)
        apis = {
            call.api: call.verb for call in sorted(calls, key=lambda call: call.verb) if {call.function} == function
        }
        found |= function | _chosen(apis, prefer)
    else:
        balancers = _all(templates, "AWS::ElasticLoadBalancingV2::LoadBalancer")
        found |= _chosen(dict.fromkeys(_all(templates, *APIS) or balancers, 0), prefer)
        functions = dict.fromkeys(_all(templates, "AWS::Lambda::Function"), 0)
        found |= _chosen(functions, prefer) if len(functions) == 1 else set()
    return frozenset(found | set(_stages(templates, found)) | set(_log_groups(templates, found)))


class _Call:
    """A method of an API that calls a function of the same template."""

    def __init__(self, stack: str, template: Template, method: Mapping[str, Any], function: str, api: str) -> None:
        self.function, self.api = (stack, function), (stack, api)
        self.verb = BEST_VERBS.get(str(method.get("HttpMethod", "POST")), 0)
        environment = properties_of(template, function).get("Environment")
        variables = environment.get("Variables") if isinstance(environment, Mapping) else None
        names = variables if isinstance(variables, Mapping) else ()
        self.worth = self.verb + (10 if any("ENDPOINT" in str(name).upper() for name in names) else 0)


def references(value: Any) -> Iterator[str]:
    """Logical ids that a value refers to by Ref, Fn::GetAtt or within Fn::Sub."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "Ref" and isinstance(inner, str):
                yield inner
            elif name == "Fn::GetAtt":
                yield str(inner[0]) if isinstance(inner, list) and inner else str(inner).split(".")[0]
            elif name == "Fn::Sub":
                text = inner[0] if isinstance(inner, list) and inner else inner
                yield from (part.split("}")[0].split(".")[0] for part in str(text).split("${")[1:])
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _calls(templates: Mapping[str, Template]) -> Iterator[_Call]:
    for stack, template in templates.items():
        for name, resource in resources_of(template).items():
            if resource.get("Type") not in METHODS:
                continue
            called, owner = METHODS[resource["Type"]]
            properties = properties_of(template, name)
            functions = _functions(template, properties.get(called) if called else properties)
            apis = list(references(properties.get(owner)))
            yield from (_Call(stack, template, properties, function, apis[0]) for function in functions if apis)


def _functions(template: Template, value: Any) -> Iterator[str]:
    """Functions that a value names, also by way of an alias or version."""
    for name in references(value):
        kind = resources_of(template).get(name, {}).get("Type")
        if kind == "AWS::Lambda::Function":
            yield name
        elif kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
            yield from references(properties_of(template, name).get("FunctionName"))


def _chosen(worths: Mapping[Id, int], prefer: Collection[Id]) -> set[Id]:
    best = sorted(worths, key=lambda identity: (identity in prefer, worths[identity]), reverse=True)
    return set(best[:1])


def _all(templates: Mapping[str, Template], *types: str) -> list[Id]:
    return [
        (stack, name)
        for stack, template in templates.items()
        for name, resource in resources_of(template).items()
        if resource.get("Type") in types
    ]


def _stages(templates: Mapping[str, Template], found: Collection[Id]) -> Iterator[Id]:
    for stack, name in _all(templates, "AWS::ApiGateway::Stage"):
        owner = references(properties_of(templates[stack], name).get("RestApiId"))
        if any((stack, api) in found for api in owner):
            yield stack, name


def _log_groups(templates: Mapping[str, Template], found: Collection[Id]) -> Iterator[Id]:
    """Log groups of the function and of the stages of the API; an API's execution log takes errors only."""
    for stack, name in [*found, *_stages(templates, found)]:
        properties = properties_of(templates[stack], name)
        for setting in ("LoggingConfig", "AccessLogSetting"):
            yield from ((stack, group) for group in references(properties.get(setting)))
    for stack, name in _all(templates, "AWS::Logs::LogGroup"):
        owners = references(properties_of(templates[stack], name).get("LogGroupName"))
        if any((stack, owner) in found and _is_function(templates[stack], owner) for owner in owners):
            yield stack, name


def _is_function(template: Template, name: str) -> bool:
    return bool(resources_of(template).get(name, {}).get("Type") == "AWS::Lambda::Function")
