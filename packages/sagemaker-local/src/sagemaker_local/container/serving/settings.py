"""The environment variables the container reads when it serves, as one frozen value; nothing else reads them.

Not here: the command line of the process (`sagemaker_local.xgboost_container`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MAX_CONTENT_LENGTH_BYTES = 6 * 1024 * 1024
DEFAULT_ACCEPT = "text/csv"


@dataclass(frozen=True, kw_only=True)
class ServingSettings:
    """How the container is configured to serve.

    Parameters
    ----------
    max_content_length_bytes
        Longest request body that is accepted (`MAX_CONTENT_LENGTH`).
    default_accept
        Media type of an answer whose request names none (`SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT`).
    selected_keys
        Keys of selectable inference in the order they were asked for (`SAGEMAKER_INFERENCE_OUTPUT`); `None` when off.
    batch
        Whether answers are written one Python value a line (`SAGEMAKER_BATCH`: any text but the empty one).
    ensemble
        Whether every model of the folder is used, and not only the first one (`SAGEMAKER_INFERENCE_ENSEMBLE`).
    """

    max_content_length_bytes: int = DEFAULT_MAX_CONTENT_LENGTH_BYTES
    default_accept: str = DEFAULT_ACCEPT
    selected_keys: tuple[str, ...] | None = None
    batch: bool = False
    ensemble: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ServingSettings:
        """Read the settings as the container reads its environment.

        Parameters
        ----------
        environment
            Names and values, for instance `os.environ`.

        Raises
        ------
        ValueError
            If `MAX_CONTENT_LENGTH` is not an integer.
        """
        return cls(
            max_content_length_bytes=_content_length(environment),
            default_accept=environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", DEFAULT_ACCEPT),
            selected_keys=_selected_keys(environment.get("SAGEMAKER_INFERENCE_OUTPUT")),
            batch=bool(environment.get("SAGEMAKER_BATCH")),
            ensemble=environment.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true",
        )


def _content_length(environment: Mapping[str, str]) -> int:
    text = environment.get("MAX_CONTENT_LENGTH", str(DEFAULT_MAX_CONTENT_LENGTH_BYTES))
    try:
        return int(text)
    except ValueError:
        message = f"MAX_CONTENT_LENGTH is {text!r}, expected a whole number of bytes, for instance 6291456"
        raise ValueError(message) from None


def _selected_keys(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.replace(" ", "").lower().split(","))
