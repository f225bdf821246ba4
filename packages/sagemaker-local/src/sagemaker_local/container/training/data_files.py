"""Looks at a channel's files before anything is read: sizes, hidden files, first lines, copies.

Source: `sagemaker_xgboost_container/data_utils.py` of the container at `cb8df91`.
"""

from __future__ import annotations

import csv
import logging
import os
from pathlib import Path

from sagemaker_local.container.training.channel_rules import CSV, LIBSVM
from sagemaker_local.container.training.errors import UserError

_LOG = logging.getLogger(__name__)
_SNIPPET = 50


def size(path: Path) -> int:
    """Bytes of a channel's files in all its folders; 0 if there is no such folder.

    Raises
    ------
    UserError
        If a file is hidden.
    """
    if not path.exists():
        _LOG.info("Path %s does not exist!", path)
        return 0
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            if name.startswith("."):
                message = "Hidden file found in the data path! Remove that before training."
                raise UserError(message, at="hidden file")
            total += (Path(folder) / name).stat().st_size
    return total


def is_data(path: Path) -> bool:
    """Whether a file is data: not hidden, not private, and no cache of XGBoost."""
    is_cache = ".cache" in path.name and ("dtrain" in path.name or "dval" in path.name)
    return path.is_file() and not path.name.startswith((".", "_")) and not is_cache


def check_first_lines(path: Path, data_format: str) -> None:
    """Check that the files of the first folder without folders begin as their format does.

    Raises
    ------
    UserError
        If one does not.
    """
    check = {CSV: _check_csv, LIBSVM: _check_libsvm}.get(data_format)
    if check is None:
        return
    leaf = next(Path(folder) for folder, folders, _ in os.walk(path) if not folders)
    for name in os.listdir(leaf):  # noqa: PTH208 - the order of the file system, as there
        if is_data(leaf / name):
            check(leaf / name)


def _check_csv(path: Path) -> None:
    with path.open(encoding="utf-8", errors="ignore") as file:
        delimiter(file.readline())


def delimiter(line: str) -> str:
    """The delimiter of a line of CSV, as Python's sniffer sees it.

    Raises
    ------
    UserError
        If it sees none.
    """
    try:
        found: str = csv.Sniffer().sniff(line).delimiter
    except csv.Error as error:
        message = f"Could not determine delimiter on line {line[:_SNIPPET]}:\n{error}"
        raise UserError(message, at="delimiter") from error
    _LOG.info("Determined delimiter of CSV input is '%s'", found)
    return found


def _check_libsvm(path: Path) -> None:
    with path.open(encoding="utf-8", errors="ignore") as file:
        for line in file:
            features = _libsvm_features(line)
            if features > 1:
                return
            if features < 0:
                message = (
                    f"First line '{line[:_SNIPPET]}...' of file '{path.name}' is not "
                    "'LIBSVM' format. Please ensure the file is in 'LIBSVM' format."
                )
                raise UserError(message, at="line that is not libsvm")
    _LOG.warning("File %s is not an invalid LIBSVM file but has no features. Accepting simple validation.", path.name)


def _libsvm_features(line: str) -> int:
    """How many features a line has, -1 if it is not of the format. Only the first one is looked into, as there."""
    label, *features = line.split(" ")
    if not _is_libsvm_label(label):
        _LOG.error("%s does not follow LIBSVM label format <label>(:<weight>).", label)
        return -1
    if any(":" not in feature for feature in features):
        return -1
    return -1 if features and features[0].count(":") != 1 else len(features)


def _is_libsvm_label(label: str) -> bool:
    parts = label.split(":")
    return len(parts) <= 2 and all(map(_is_number, parts))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def warn_of_copies(train: Path, validation: Path) -> None:
    """Warn of files that have the same name and size in both channels.

    Raises
    ------
    UserError
        If one of the folders is missing.
    """
    for name, path in (("training", train), ("validation", validation)):
        if not path.exists():
            raise UserError(f"{name} data's path is not existed", at=f"{name} folder that is missing")
    for name in sorted(_top_level(train) & _top_level(validation)):
        first, second = train / name, validation / name
        if first.stat().st_size == second.stat().st_size:
            _LOG.warning(
                "Suspected identical files found. (%s and %swith same size %d bytes). Note: Duplicate data in the "
                "training set and validation set is usually not intentional and can impair the validity of the model "
                "evaluation by the validation score.",
                first,
                second,
                second.stat().st_size,
            )


def _top_level(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}
