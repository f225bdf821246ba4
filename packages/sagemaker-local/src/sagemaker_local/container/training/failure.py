"""Writes `/opt/ml/output/failure`: the text of which SageMaker shows the first 1024 characters as the reason.

The container writes a whole Python traceback before its sentence, so that on SageMaker the sentence itself is often cut
off. For failures with a text of the container's own, that traceback was recorded (`container_tracebacks.json`) and is
written as it is there; any other failure has the traceback of this process.
"""

from __future__ import annotations

import json
import re
import traceback
from functools import cache
from importlib.resources import files

_TABLE = "container_tracebacks.json"
_VALIDATION_LINES = {
    "line 75, in get_validated_dmatrices": "line 76, in get_validated_dmatrices",
    f"    train_files_size = get_size(validate_path, is_pipe) if validate_path else 0\n{' ' * 23}{'^' * 29}\n": (
        f"    val_files_size = get_size(validate_path, is_pipe) if validate_path else 0\n{' ' * 21}{'^' * 32}\n"
    ),
    "line 86, in get_validated_dmatrices": "line 88, in get_validated_dmatrices",
    "line 91, in get_validated_dmatrices\n    get_dmatrix(validate_path, content_type, csv_weights=csv_weights,"
    " is_pipe=is_pipe)": "line 96, in get_validated_dmatrices\n    get_dmatrix(",
}
_SITE = re.compile(r"/[^\s\"(]*/site-packages/")
_CONTAINER_SITE = "/opt/venv/lib64/python3.12/site-packages/"


def text(error: Exception) -> str:
    """The content of the failure file.

    Parameters
    ----------
    error
        What ended the training.
    """
    return shown(f"framework error: \n{_traceback(error)}\n{error}")


def shown(text: str) -> str:
    """A text with libraries where they lie in the container; XGBoost names its own in the stack traces of errors."""
    return _SITE.sub(_CONTAINER_SITE, text)


def exit_code(error: Exception) -> int:
    """The exit code that the container ends with: the error's number if it has one, else 1."""
    number = getattr(error, "errno", 1)
    return number if isinstance(number, int) else 1


def entry_frames() -> str:
    """The frames with which every recorded traceback begins: from the container's start to its training."""
    return _recorded()["entry"]


def _traceback(error: Exception) -> str:
    recorded = _recorded().get(getattr(error, "at", ""))
    if recorded is None:
        return "".join(traceback.format_exception(error))
    cause = error.__cause__
    if getattr(error, "channel", "") == "validation":
        recorded = recorded.replace("train_path", "validate_path")
        for of_train, of_validation in _VALIDATION_LINES.items():
            recorded = recorded.replace(of_train, of_validation)
    filled = recorded.replace("{entry}", entry_frames()).replace("{frames}\n", _library_frames(cause))
    filled = filled.replace("{cause_type}", _full_name(cause)).replace("{cause}", str(cause))
    return filled.replace("{message}", str(error))


def _library_frames(cause: BaseException | None) -> str:
    """The frames of the libraries that the container also runs."""
    stack = traceback.extract_tb(cause.__traceback__) if cause is not None else traceback.StackSummary()
    frames = [frame for frame in stack if _SITE.match(frame.filename)]
    return "".join(traceback.StackSummary.from_list(frames).format())


def _full_name(cause: BaseException | None) -> str:
    kind = type(cause)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


@cache
def _recorded() -> dict[str, str]:
    content: dict[str, str] = json.loads(
        files("sagemaker_local.container.training").joinpath(_TABLE).read_text("utf-8")
    )
    return content
