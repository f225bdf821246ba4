"""What an API accepts: JSON schemas of requests, OpenAPI documents and binary types, by what they let through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tools.review.change import Change, Verdict, access, harmless, interruption, worst
from tools.review.shapes import SAME
from tools.review.values import literal

AUTHORISATION = access("who may call is decided in another way")
UNCHECKED = access("requests that are not well formed reach the backend")
CHECKED = harmless("requests that are not well formed are refused earlier")
LOOSER_UP = ("maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum")
LOOSER_DOWN = ("minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum")
WORDS = ("$schema", "title", "description", "$id", "id", "$comment", "default", "examples", "example")
REFUSED = interruption("requests that were accepted are refused, because their form does not fit any more")


def schema(change: Change) -> Verdict:
    """Whether a JSON schema accepts more than before, or less."""
    verdicts = list(_schema(change.before, change.after))
    return worst(*verdicts) if verdicts else harmless("only words of the schema change, not what it accepts")


def _schema(before: Any, after: Any) -> Iterator[Verdict]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield REFUSED if after else UNCHECKED
        return
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new and name not in WORDS:
            yield from _keyword(name, old, new)


def _keyword(name: str, old: Any, new: Any) -> Iterator[Verdict]:
    if name in ("properties", "definitions", "patternProperties") and isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key not in old:
                yield REFUSED if name == "patternProperties" else CHECKED
            elif key not in new:
                yield UNCHECKED
            elif old[key] != new[key]:
                yield from _schema(old[key], new[key])
    elif name == "items" and isinstance(old, dict) and isinstance(new, dict):
        yield from _schema(old, new)
    else:
        yield _constraint(name, old, new)


def _constraint(name: str, old: Any, new: Any) -> Verdict:
    if new is None:
        return UNCHECKED
    if old is None:
        return REFUSED if name != "additionalProperties" or new is not True else SAME
    if name in (*LOOSER_UP, *LOOSER_DOWN) and all(isinstance(it, int | float) for it in (old, new)):
        return UNCHECKED if (new > old) == (name in LOOSER_UP) else REFUSED
    if name in ("required", "enum") and isinstance(old, list) and isinstance(new, list):
        more, less = set(map(str, new)) - set(map(str, old)), set(map(str, old)) - set(map(str, new))
        looser, tighter = (more, less) if name == "enum" else (less, more)
        return REFUSED if tighter else UNCHECKED if looser else SAME
    if name in ("additionalProperties", "uniqueItems"):
        return UNCHECKED if new is (name == "additionalProperties") else REFUSED
    return REFUSED


METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")


def _operations(body: Any) -> dict[str, Mapping[str, Any]]:
    paths = body.get("paths") if isinstance(body, dict) else None
    return {
        f"{method.upper()} {path}": operation
        for path, item in (paths or {}).items()
        if isinstance(item, dict)
        for method, operation in item.items()
        if method in METHODS and isinstance(operation, dict)
    }


def body(change: Change) -> Verdict:
    """For an OpenAPI document: operations that go or come, and who may call them."""
    before, after = _operations(change.before), _operations(change.after)
    if not before or not after:
        return interruption("the API is described anew")
    if lost := sorted(before.keys() - after.keys()):
        return interruption(f"{lost[0]} is no longer there")
    verdicts = [_operation(name, before[name], after[name]) for name in before if before[name] != after[name]]
    gained = sorted(after.keys() - before.keys())
    verdicts += [
        access(f"{name} is new and may be called without signing in") for name in gained if not _secured(after[name])
    ]
    verdicts += [harmless(f"{name} is new, for callers who have signed in") for name in gained if _secured(after[name])]
    for key in (
        "securityDefinitions",
        "components",
        "security",
        "x-amazon-apigateway-policy",
        "x-amazon-apigateway-auth",
    ):
        if (change.before or {}).get(key) != (change.after or {}).get(key):
            verdicts.append(access("who may call, or what requests have to look like, is described differently"))
    return worst(*verdicts) if verdicts else interruption("the API is described differently")


def _secured(operation: Mapping[str, Any]) -> bool:
    return bool(operation.get("security") or operation.get("x-amazon-apigateway-auth"))


def _operation(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Verdict:
    words = ("description", "summary", "tags", "operationId")
    rest = [{key: value for key, value in it.items() if key not in words} for it in (before, after)]
    if rest[0] == rest[1]:
        return harmless(f"only words that describe {name} change")
    if _secured(before) and not _secured(after):
        return access(f"{name} may be called without signing in")
    if any(before.get(key) != after.get(key) for key in ("security", "x-amazon-apigateway-auth")):
        return harmless(f"{name} needs a sign-in") if not _secured(before) else AUTHORISATION
    return interruption(f"{name} is answered in another way")


_RECODED = interruption("bodies of these types reach the backend, or callers, in another encoding")
_NEVER_TEXT = ("image/", "audio/", "video/", "font/", "application/octet-stream", "application/zip", "application/pdf")


def binary(change: Change) -> Verdict:
    """A type of pictures, sounds and the like that is added is no longer broken by being read as text."""
    before, after = (value or [] for value in (change.before, change.after))
    if not isinstance(before, list) or not isinstance(after, list) or not literal([before, after]):
        return _RECODED
    more, fewer = set(map(str, after)) - set(map(str, before)), set(map(str, before)) - set(map(str, after))
    if fewer or not all(name.startswith(_NEVER_TEXT) for name in more):
        return _RECODED
    return harmless("bodies of one more type that is never text pass unchanged") if more else SAME
