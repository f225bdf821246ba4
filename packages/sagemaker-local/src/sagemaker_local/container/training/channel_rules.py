"""Which channels a training job may have, and how they must be configured, as the container says it."""

from __future__ import annotations

from typing import Any

from sagemaker_local.container.training.errors import UserError, located

CSV, LIBSVM, PARQUET, RECORDIO = "csv", "libsvm", "parquet", "recordio-protobuf"

_FORMATS = {
    "csv": CSV,
    "libsvm": LIBSVM,
    "parquet": PARQUET,
    "recordio-protobuf": RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": PARQUET,
    "application/x-recordio-protobuf": RECORDIO,
}
_DISTRIBUTIONS = ("ShardedByS3Key", "FullyReplicated")
_NAMES = ("train", "validation", "code")
_DEFAULT_CONTENT_TYPE = "text/libsvm"


def validated(given: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The channels of `inputdataconfig.json`, checked, with the default content type filled in.

    Raises
    ------
    UserError
        If a channel is missing, unknown, or configured in a way that the container does not support.
    KeyError
        If a channel has no `TrainingInputMode` or `S3DistributionType`, which the service always writes.
    """
    if "train" not in given:
        raise UserError("Missing required channel: train", at="missing channel")
    checked = {}
    for name, configuration in given.items():
        if name not in _NAMES:
            raise UserError(f"Extraneous channel found: {name}", at="extraneous channel") from KeyError(name)
        checked[name] = {**configuration, "ContentType": configuration.get("ContentType", _DEFAULT_CONTENT_TYPE)}
        _check(name, checked[name])
    return checked


def _check(name: str, value: dict[str, Any]) -> None:
    for field in ("TrainingInputMode", "S3DistributionType"):
        if field not in value:
            raise located(KeyError(field), at="channel without a field")
    content_type, mode, distribution = value["ContentType"], value["TrainingInputMode"], value["S3DistributionType"]
    if name == "code":
        supported = (content_type, mode, distribution) == ("text/python", "File", "FullyReplicated")
    else:
        supported = distribution in _DISTRIBUTIONS and _readable(content_type, mode)
    if not supported:
        message = f"Channel configuration for '{name}' channel is not supported: {value}"
        raise UserError(message, at="channel that is not supported")


def _readable(content_type: str, mode: str) -> bool:
    piped = _FORMATS.get(content_type) not in (None, LIBSVM)
    return content_type in _FORMATS and (mode == "File" or (mode == "Pipe" and piped))


def data_format(content_type: str) -> str:
    """The format behind a content type that `validated` has passed."""
    return _FORMATS[content_type]
