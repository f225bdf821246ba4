"""Reads a channel into a matrix of XGBoost, with the container's readers and texts.

CSV and LIBSVM are read by XGBoost's own parser, so that every bit is the same; Parquet by pyarrow; recordio-protobuf by
the reader that also serves requests. The label is the first column.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from sagemaker_local.container.serving.recordio_payload import read_recordio
from sagemaker_local.container.training import data_files
from sagemaker_local.container.training.channel_rules import CSV, LIBSVM, PARQUET, RECORDIO
from sagemaker_local.container.training.errors import UserError, located
from sagemaker_local.container.training.input_folder import InputFolder

_LOG = logging.getLogger(__name__)
_PIPES = {
    CSV: "Pipe mode for CSV is no longer supported. ",
    PARQUET: "Pipe mode for Parquet is no longer supported. ",
    RECORDIO: "Pipe mode for RecordIO-Protobuf is no longer supported. ",
}
_NO_PIPE = (
    "Please use Fast File mode (default) instead. Set input_mode='File' in your SageMaker Estimator or TrainingInput."
)


def read(sources: Sequence[Path], data_format: str, folder: InputFolder, *, weights: bool) -> xgboost.DMatrix | None:
    """Read every file of the given channels into one matrix.

    Parameters
    ----------
    sources
        Folders of channels.
    data_format
        One of the formats of `channel_rules`.
    folder
        Where links to the files are gathered.
    weights
        Whether the second column of CSV files is the weight of a row.

    Returns
    -------
    xgboost.DMatrix or None
        Features float32, shape (rows, columns), with labels; None if no file counts as data.

    Raises
    ------
    UserError
        If the files cannot be read, or have no labels.
    """
    links = folder.fill(sources)
    _LOG.info("files path: %s", links)
    matrix: xgboost.DMatrix | None
    if data_format == CSV:
        matrix = _csv(links, weights=weights)
    else:
        matrix = {LIBSVM: _libsvm, PARQUET: _parquet, RECORDIO: _recordio}[data_format](links)
    if matrix is not None and matrix.get_label().size == 0:
        message = (
            "Got input data without labels. Please check the input data set. "
            "If training job is running on multiple instances, please switch "
            "to using single instance if number of records in the data set "
            "is less than number of workers (16 * number of instance) in the cluster."
        )
        raise UserError(message, at="data without labels")
    return matrix


def refuse_pipe(path: Path, data_format: str) -> None:
    """Say that data cannot be piped: the container accepts the configuration and fails when it reads.

    Raises
    ------
    UserError
        Always.
    """
    _LOG.info("Pipe path %s does not exist!", path)
    _LOG.info("files path: None")
    raise UserError(_PIPES[data_format] + _NO_PIPE, at=f"{data_format} from a pipe")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _loaded(name: str, load: Callable[[], xgboost.DMatrix], at: str | None = None) -> xgboost.DMatrix:
    try:
        return load()
    except Exception as error:
        message = f"Failed to load {name} data with exception:\n{error}"
        raise UserError(message, at=at or f"{name} that cannot be read") from error


def _uri(folder: Path, options: str) -> str:
    """What XGBoost's text parser takes: files one by one, as the order within a folder is the file system's."""
    return f"{';'.join(map(str, _files(folder)))}?{options}"


def _csv(folder: Path, *, weights: bool) -> xgboost.DMatrix:
    files = _files(folder)
    if not files:
        raise located(IndexError("list index out of range"), at="no file within reach")
    first = next((path for path in files if data_files.is_data(path) and path.stat().st_size > 0), files[0])
    delimiter = data_files.delimiter(_first_line(first))
    options = f"format=csv&label_column=0&delimiter={delimiter}{'&weight_column=1' if weights else ''}"
    at = f"{'weighted ' if weights else ''}csv that cannot be read"
    return _loaded("csv", lambda: xgboost.DMatrix(_uri(folder, options)), at)


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline()
    except UnicodeDecodeError as error:
        raise located(error, at="csv that is not UTF-8") from None


def _libsvm(folder: Path) -> xgboost.DMatrix:
    return _loaded("libsvm", lambda: xgboost.DMatrix(_uri(folder, "format=libsvm")))


def _parquet(folder: Path) -> xgboost.DMatrix:
    def load() -> xgboost.DMatrix:
        table = _table(folder)
        return xgboost.DMatrix(table[:, 1:], label=table[:, 0])

    try:
        return _loaded("parquet", load)
    except UserError as error:
        if type(error.__cause__).__module__.startswith("pyarrow"):
            error.at = "parquet that is none"
        raise


def _table(folder: Path) -> Any:
    """All columns as one array, shape (rows, columns), in the type that holds them all; a null is NaN."""
    from pyarrow import parquet  # type: ignore[import-untyped, unused-ignore]  # other formats need no pyarrow

    columns = [column.to_numpy() for column in parquet.read_table(folder).columns]
    if any(column.dtype == bool for column in columns) and any(column.dtype != bool for column in columns):
        columns = [column.astype(object) for column in columns]  # what pandas makes of such a mixture
    return np.column_stack(columns)


def _recordio(folder: Path) -> xgboost.DMatrix | None:
    files = [path for path in _files(folder) if data_files.is_data(path)]

    def load() -> xgboost.DMatrix:
        features, labels = read_recordio(b"".join(path.read_bytes() for path in files))
        return xgboost.DMatrix(features, label=labels)

    return _loaded("recordio-protobuf", load) if files else None
