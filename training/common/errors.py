"""Every error this package raises on purpose, each with one sentence for the terminal.

::

    TrainingError               caught by the command line: printed on stderr, exit code 2
    ├── OptionError             an option has a name or value that is not allowed
    ├── DataError               a source, channel or array is missing, damaged or not what it should be
    ├── HyperparameterError     a name or value the built-in container would refuse
    ├── FitError                the library could not train
    ├── ArtifactError           a model file or archive is not one that may be served
    ├── ManifestError           a manifest does not fit the archive, the data or the model that it is of
    ├── StreamError             a record, or the stream that it is sent to or was read from
    ├── PredictionError         the deployed model did not respond as it should
    ├── PublicationError        the bucket, the credentials or the network
    │   └── BusyError           the same, but a retry in a minute may work
    ├── JobError                a training job that the service or the container would refuse
    │   ├── JobRefusedError     the same, with several reasons: a sentence and a line for each
    │   └── JobEndedError       a job that failed or was stopped: exit code 3
    └── PromotionError          the manifest is sound, but must not become the current one

A text says what went wrong, the value got, what is allowed and what to do: lower case, no full stop, one line. A
document that breaks what the parts agree on is a `contract.errors.ContractError`: exit code 2, too, and a line for each
wrong field if there are several.
"""

from __future__ import annotations

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


class TrainingError(Exception):
    """A problem that one sentence explains."""


class StoppedEarly(Exception):  # noqa: N818  it is no error
    """A stop was requested and the results so far were kept: exit code 130, no further message."""


class OptionError(TrainingError):
    """An option of a command has a name or a value that is not allowed, or does not go with another one."""


class DataError(TrainingError):
    """A source, channel or array is missing, damaged or not what it should be."""


class HyperparameterError(TrainingError):
    """A hyperparameter's name or value is one that the built-in container refuses."""


class FitError(TrainingError):
    """The library could not train with what it was given."""


class ArtifactError(TrainingError):
    """A model file or archive is not one that may be served."""


class ManifestError(TrainingError):
    """A manifest does not fit the archive, the data or the model that it is of."""


class PublicationError(TrainingError):
    """Something between here and the bucket: name, credentials, permission, network, content."""


class BusyError(PublicationError):
    """AWS or the network is busy or away: the same may well work in a minute."""


class JobError(TrainingError):
    """A training job that the service or the container would refuse, or that cannot be found."""


class JobRefusedError(JobError):
    """A training job that would be refused for one or more reasons.

    Parameters
    ----------
    reasons
        a sentence for each
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class JobEndedError(JobError):
    """A training job that was followed has failed or was stopped."""


class PredictionError(TrainingError):
    """The deployed model did not respond as it should."""


class PromotionError(TrainingError):
    """The manifest is sound, but must not become the current one."""


class StreamError(TrainingError):
    """Something about the stream of labelled digits: what is sent, or where it goes."""
