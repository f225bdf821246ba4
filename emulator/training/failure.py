"""Writes `/opt/ml/output/failure`: the text of which SageMaker tells the first 1024 characters as the reason.

The container writes a whole Python traceback before its sentence, so that on SageMaker the sentence itself is often cut
off. For the failures that the container words itself, that traceback was recorded (`container_tracebacks.json`) and is
written as it is there; any other failure has the traceback of this process.
"""

from __future__ import annotations

import json
import traceback
from functools import cache
from importlib.resources import files

from emulator.training.errors import ContainerError

_TABLE = "container_tracebacks.json"


def text(error: Exception) -> str:
    """The content of the failure file.

    Parameters
    ----------
    error
        What ended the training.
    """
    return f"framework error: \n{_traceback(error)}\n{error}"


def exit_code(error: Exception) -> int:
    """The exit code that the container ends with: the error's number if it has one, else 1."""
    number = getattr(error, "errno", 1)
    return number if isinstance(number, int) else 1


def _traceback(error: Exception) -> str:
    recorded = _recorded().get(error.at) if isinstance(error, ContainerError) else None
    if recorded is None:
        return "".join(traceback.format_exception(error))
    return recorded.replace("{message}", str(error)).replace("{cause}", str(error.__cause__))


@cache
def _recorded() -> dict[str, str]:
    content: dict[str, str] = json.loads(files("emulator.training").joinpath(_TABLE).read_text("utf-8"))
    return content
