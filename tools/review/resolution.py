"""What a template says through its own parameters, mappings and conditions, as far as it is known before a deployment.

So a changed default is seen where it takes effect, and `Fn::Join` and `Fn::Sub` that say the same get one form.
Intrinsic functions:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from tools.review.change import Template

NO_VALUE = {"Ref": "AWS::NoValue"}

_LOOKED_UP = re.compile(r"AWS::SSM::Parameter::Value<(List<|CommaDelimitedList)?")
_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


def resolve(template: Mapping[str, Any]) -> Template:
    """Put in what parameters with a default, mappings and conditions stand for.

    Parameters
    ----------
    template
        A template as CloudFormation takes it, JSON.

    Returns
    -------
    Mapping
        The same without the resources and outputs whose condition is known to be false.
    """
    resolver = _Resolver(template)
    resolved = dict(template)
    for section in ("Resources", "Outputs"):
        resolved[section] = {
            name: _without_condition(value, resolver)
            for name, value in resolver.value(template.get(section, {})).items()
            if not isinstance(value, dict) or resolver.condition(value.get("Condition")) is not False
        }
    return resolved


def unknown_conditions(template: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of what each condition asks that only a deployment knows, by name, with what those ask that it names."""
    resolver = _Resolver(template)
    named = template.get("Conditions") or {}
    return {name: resolver.question(name) for name in named if resolver.condition(name) is None}


def _without_condition(entry: Any, resolver: _Resolver) -> Any:
    if isinstance(entry, dict) and resolver.condition(entry.get("Condition")) is True:
        return {key: value for key, value in entry.items() if key != "Condition"}
    return entry


class _Resolver:
    def __init__(self, template: Mapping[str, Any]) -> None:
        self._parameters = {
            name: _default(parameter)
            for name, parameter in template.get("Parameters", {}).items()
            if isinstance(parameter, dict) and "Default" in parameter
        }
        self._mappings = template.get("Mappings", {})
        self._conditions = template.get("Conditions", {})
        self._known: dict[str, bool | None] = {}
        self._questions: dict[str, str] = {}

    def condition(self, name: Any) -> bool | None:
        """Whether a condition holds; None where that depends on the deployment, or there is none."""
        if not isinstance(name, str) or name not in self._conditions:
            return None
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self._truth(self._conditions[name])
        return self._known[name]

    def question(self, name: str) -> str:
        """SHA-256 of what a condition asks; each condition that it names stands in it as its own SHA-256."""

        def put_in(value: Any) -> Any:
            if isinstance(value, list):
                return [put_in(item) for item in value]
            if not isinstance(value, dict):
                return value
            inner = value.get("Condition") if len(value) == 1 else None
            if isinstance(inner, str) and inner in self._conditions:
                return {"Condition": self.question(inner)}
            return {key: put_in(item) for key, item in value.items()}

        if name not in self._questions:
            self._questions[name] = name
            text = json.dumps(put_in(self.value(self._conditions[name])), sort_keys=True)
            self._questions[name] = hashlib.sha256(text.encode()).hexdigest()
        return self._questions[name]

    def value(self, value: Any) -> Any:
        """The value with everything resolved that can be."""
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item != NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            function = self._FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument)
        resolved = {key: self.value(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item != NO_VALUE}

    def _truth(self, expression: Any) -> bool | None:
        if not isinstance(expression, dict) or len(expression) != 1:
            return None
        ((name, argument),) = expression.items()
        if name == "Condition":
            return self.condition(argument)
        if not isinstance(argument, list):
            return None
        if name == "Fn::Equals" and len(argument) == 2:
            left, right = map(self.value, argument)
            return left == right if _is_known(left) and _is_known(right) else None
        return _combined(name, [self._truth(item) for item in argument])

    def _ref(self, name: Any) -> Any:
        return self._parameters.get(name, {"Ref": name}) if isinstance(name, str) else {"Ref": name}

    def _attribute(self, argument: Any) -> Any:
        return {"Fn::GetAtt": argument.split(".", 1) if isinstance(argument, str) else argument}

    def _if(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            return {"Fn::If": argument}
        name, yes, no = argument
        known = self.condition(name)
        if known is None:
            return {"Fn::If": [name, self.value(yes), self.value(no)]}
        return self.value(yes if known else no)

    def _find(self, argument: Any) -> Any:
        keys = self.value(argument)
        found = self._mappings
        for key in keys if isinstance(keys, list) else [None]:
            found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
        return {"Fn::FindInMap": keys} if found is None else found

    def _join(self, argument: Any) -> Any:
        resolved = self.value(argument)
        if not isinstance(resolved, list) or len(resolved) != 2 or not isinstance(resolved[1], list):
            return {"Fn::Join": resolved}
        delimiter, parts = resolved
        texts = [_as_text(part) for part in parts]
        if any(text is None for text in texts):
            return {"Fn::Join": resolved}
        return _from_text(str(delimiter).join(text or "" for text in texts))

    def _sub(self, argument: Any) -> Any:
        text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            return {"Fn::Sub": argument}
        known = {name: self.value(value) for name, value in variables.items()}
        left: dict[str, Any] = {}

        def put(match: re.Match[str]) -> str:
            name = match[1].strip()
            value = known.get(name, self._parameters.get(name))
            if value is None:
                return f"${{{name}}}"
            put_text = _as_text(value)
            if put_text is None:
                left[name] = value
                return f"${{{name}}}"
            return put_text

        resolved = _SUB.sub(put, text)
        return {"Fn::Sub": [resolved, left]} if left else _from_text(resolved)

    _FUNCTIONS: Mapping[str, Any] = {
        "Ref": _ref,
        "Fn::GetAtt": _attribute,
        "Fn::If": _if,
        "Fn::FindInMap": _find,
        "Fn::Join": _join,
        "Fn::Sub": _sub,
    }


def _combined(name: str, parts: list[bool | None]) -> bool | None:
    if name == "Fn::Not" and len(parts) == 1:
        return None if parts[0] is None else not parts[0]
    if name == "Fn::And":
        return False if False in parts else None if None in parts else True
    if name == "Fn::Or":
        return True if True in parts else None if None in parts else False
    return None


def _is_known(value: Any) -> bool:
    return isinstance(value, str) and "{{resolve:" not in value


def _default(parameter: Mapping[str, Any]) -> Any:
    """The value of a parameter; one that is looked up in Parameter Store is the dynamic reference that means the same.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
    """
    default = parameter["Default"]
    if found := _LOOKED_UP.match(str(parameter.get("Type", ""))):
        text = f"{{{{resolve:ssm:{default}}}}}"
        return {"Fn::Split": [",", text]} if found[1] else text
    if str(parameter.get("Type", "")).startswith(("List<", "CommaDelimitedList")) and isinstance(default, str):
        return [part.strip() for part in default.split(",")]
    return str(default) if isinstance(default, int | float) and not isinstance(default, bool) else default


def _as_text(part: Any) -> str | None:
    """A part of a text as `Fn::Sub` writes it; None where it cannot."""
    if isinstance(part, str):
        return part.replace("${", "${!")
    if isinstance(part, int | float) and not isinstance(part, bool):
        return str(part)
    if not isinstance(part, dict) or len(part) != 1:
        return None
    ((name, argument),) = part.items()
    if name == "Fn::Sub" and isinstance(argument, str):
        return argument
    if name == "Ref" and isinstance(argument, str):
        return f"${{{argument}}}"
    if name == "Fn::GetAtt" and isinstance(argument, list) and all(isinstance(word, str) for word in argument):
        return f"${{{'.'.join(argument)}}}"
    return None


def _from_text(text: str) -> Any:
    """A text of `Fn::Sub` in its simplest form."""
    alone = _SUB.fullmatch(text)
    if alone is not None:
        name, _, attribute = alone[1].partition(".")
        return {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
    return {"Fn::Sub": text} if _SUB.search(text) else text.replace("${!", "${")
