"""The check of a model card that comes with a model package: a JSON object of the sections that the service knows.

Source: the model card JSON schema, https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html; only the names
and types of the sections are checked, and what the schema requires inside of two of them.
"""

from __future__ import annotations

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.shapes import Json

_LISTS = ("evaluation_details",)
_OBJECTS = (
    "model_overview",
    "model_package_details",
    "intended_uses",
    "business_details",
    "training_details",
    "additional_information",
)
_RISKS = ("High", "Medium", "Low", "Unknown")
_METRICS = {"bar_chart", "boolean", "linear_graph", "matrix", "number", "string"}


def check(card: Json | None) -> None:
    """See that the content of a `ModelCard` is one.

    Raises
    ------
    ServiceError
        `ValidationException` that names the section.
    """
    if not card or "ModelCardContent" not in card:
        return
    content = _parsed(card["ModelCardContent"])
    for name, value in content.items():
        if name not in _LISTS + _OBJECTS:
            raise _wrong(f"extraneous key [{name}] is not permitted; allowed are {', '.join(_OBJECTS + _LISTS)}")
        if not isinstance(value, list if name in _LISTS else dict):
            raise _wrong(f"#/{name}: expected {'an array' if name in _LISTS else 'an object'}, got {value!r}")
    _check_risk(content.get("intended_uses", {}))
    for index, evaluation in enumerate(content.get("evaluation_details", [])):
        _check_evaluation(evaluation, f"#/evaluation_details/{index}")


def _parsed(text: str) -> Json:
    try:
        content = read_json(text)
    except ValueError as error:
        raise _wrong(f"it is not JSON ({error})") from error
    if not isinstance(content, dict):
        raise _wrong("it must be a JSON object")
    return content


def _check_risk(uses: Json) -> None:
    risk = uses.get("risk_rating")
    if risk is not None and risk not in _RISKS:
        raise _wrong(f"#/intended_uses/risk_rating: {risk!r} is not one of {', '.join(_RISKS)}")


def _check_evaluation(evaluation: object, path: str) -> None:
    if not isinstance(evaluation, dict) or not isinstance(evaluation.get("name"), str):
        raise _wrong(f"{path}: required key [name] not found")
    for number, group in enumerate(evaluation.get("metric_groups", [])):
        where = f"{path}/metric_groups/{number}"
        if not isinstance(group, dict) or not {"name", "metric_data"} <= group.keys():
            raise _wrong(f"{where}: required keys [name, metric_data] not found")
        for metric in group["metric_data"]:
            _check_metric(metric, where)


def _check_metric(metric: object, path: str) -> None:
    if not isinstance(metric, dict) or not {"name", "type", "value"} <= metric.keys():
        raise _wrong(f"{path}/metric_data: required keys [name, type, value] not found")
    if metric["type"] not in _METRICS:
        raise _wrong(f"{path}/metric_data: type {metric['type']!r} is not one of {', '.join(sorted(_METRICS))}")


def _wrong(what: str) -> ServiceError:
    return validation(f"Model card content does not match the model card JSON schema: {what}.")
