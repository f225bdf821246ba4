"""Checks how the expressions in a step's arguments are written, wherever they stand."""

from __future__ import annotations

from sagemaker_local.sagemaker.pipelines.expressions import GET, JOIN, JSON_GET, is_expression


def problem(value: object) -> str | None:
    """What is wrong with the first wrong expression in a value, as a sentence; `None` if nothing is."""
    if isinstance(value, list):
        return next((found for item in value if (found := problem(item))), None)
    if not isinstance(value, dict):
        return None
    if is_expression(value):
        return _problem(*next(iter(value.items())))
    return next((found for inner in value.values() if (found := problem(inner))), None)


def _problem(kind: str, inner: object) -> str | None:
    if kind == GET:
        return None if isinstance(inner, str) else f"{GET} needs a reference such as Parameters.X; got {inner!r}."
    if not isinstance(inner, dict):
        return f"{kind} needs an object; got {inner!r}."
    return _join_problem(inner) if kind == JOIN else _json_get_problem(inner)


def _join_problem(inner: dict[str, object]) -> str | None:
    if not set(inner) <= {"On", "Values"} or not isinstance(inner.get("Values"), list):
        return f"{JOIN} needs Values, an array, and may have On; got {inner!r}."
    if not isinstance(inner.get("On", ""), str):
        return f"On of {JOIN} must be a text; got {inner['On']!r}."
    return problem(inner["Values"])


def _json_get_problem(inner: dict[str, object]) -> str | None:
    sources = set(inner) - {"Path"}
    if sources not in ({"PropertyFile"}, {"S3Uri"}) or not isinstance(inner.get("Path"), str):
        return f"{JSON_GET} needs Path, a text, and either PropertyFile or S3Uri; got {inner!r}."
    if "PropertyFile" in inner:
        file = inner["PropertyFile"]
        is_get = isinstance(file, dict) and set(file) == {GET}
        return problem(file) if is_get else f"PropertyFile of {JSON_GET} must be a {GET}; got {file!r}."
    address = inner["S3Uri"]
    is_address = isinstance(address, str) or is_expression(address)
    return problem(address) if is_address else f"S3Uri of {JSON_GET} must be a text or an expression; got {address!r}."
