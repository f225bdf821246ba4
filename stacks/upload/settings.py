"""The settings of uploads: sizes, times and retries.

Limits are those of S3, SQS and Lambda.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.upload_layout import UPLOAD_BYTES_LIMIT
from stacks.shared.errors import ConfigurationError
from stacks.shared.time_budget import TIME_BUDGET

MIB = 1024 * 1024
VISIBILITY_SECONDS_MAX = 43_200
FUNCTION_SECONDS_MAX = 900
DAY_SECONDS = 86_400
START_SECONDS = 5
"""Start-up time of a process of the worker, before the first picture."""

READING_SECONDS = 6
"""Time limit for reading a picture: 65 megapixels of PNG were decoded in 4 s, most take a tenth of that."""

KEEPING_SECONDS = 2
"""Time of a picture beside reading and the endpoint: fetching it, and recording the end of its job."""

PICTURE_SECONDS_MIN = TIME_BUDGET.connect_seconds + TIME_BUDGET.read_seconds + READING_SECONDS + KEEPING_SECONDS
"""One attempt at the endpoint times out before the picture does."""


@dataclass(frozen=True, kw_only=True)
class UploadSettings:
    """Uploads of one environment.

    Attributes
    ----------
    bytes_max
        Largest file, in bytes.
    url_seconds
        How long the form for an upload is valid, 60 to 3600.
    object_days
        After how many days an uploaded file is hidden, from 1; as many days later its version is removed for good. S3
        rounds both up to a midnight (UTC), so 1 is two to four days.
    answer_seconds
        After how long a job without a result expires, longer than the form is valid and the worker retries.
    keep_days
        How long the record of a job is kept, 1 to 365.
    picture_seconds
        Longest time of one picture while services respond: to fetch, read, predict and record, 12 to 120. Where they
        do not, the worker ends at its time-out, and the upload is delivered again.
    batch_pictures
        Largest batch of the worker, 1 to 10.
    visibility_factor
        Visibility time-out of the queue, in time-outs of the worker, 1 to 20. AWS advises 6.
    pause_seconds
        Delay before the first further delivery of a failed upload, 1 to 60; each further delay is twice as long.
    receives
        How often an upload is delivered before it becomes a dead letter, 1 to 1000.
    concurrency
        Concurrent runs of the worker, 2 to 1000: no more than the endpoint can serve.
    dead_letter_days
        How long dead letters are kept, 1 to 14.
    """

    bytes_max: int = 25 * MIB
    url_seconds: int = 300
    object_days: int = 1
    answer_seconds: int = 3600
    keep_days: int = 7
    picture_seconds: int = 25
    batch_pictures: int = 4
    visibility_factor: int = 6
    pause_seconds: int = 2
    receives: int = 10
    concurrency: int = 5
    dead_letter_days: int = 14

    def __post_init__(self) -> None:
        _in_range("bytes_max", self.bytes_max, 1, UPLOAD_BYTES_LIMIT)
        _in_range("url_seconds", self.url_seconds, 60, 3600)
        _in_range("object_days", self.object_days, 1, 365)
        _in_range("keep_days", self.keep_days, 1, 365)
        _in_range("picture_seconds", self.picture_seconds, PICTURE_SECONDS_MIN, 120)
        _in_range("pause_seconds", self.pause_seconds, 1, 60)
        _in_range("batch_pictures", self.batch_pictures, 1, 10)
        _in_range("visibility_factor", self.visibility_factor, 1, 20)
        _in_range("receives", self.receives, 1, 1000)
        _in_range("concurrency", self.concurrency, 2, 1000)
        _in_range("dead_letter_days", self.dead_letter_days, 1, 14)
        _in_range("answer_seconds", self.answer_seconds, self.url_seconds + self.visibility_seconds, self.keep_seconds)
        if self.worker_seconds > FUNCTION_SECONDS_MAX or self.visibility_seconds > VISIBILITY_SECONDS_MAX:
            msg = (
                f"upload worker_seconds is {self.worker_seconds} and visibility_seconds {self.visibility_seconds}; "
                f"allowed are {FUNCTION_SECONDS_MAX} and {VISIBILITY_SECONDS_MAX}: lower picture_seconds or "
                "batch_pictures in stacks/settings.py"
            )
            raise ConfigurationError(msg)

    @property
    def worker_seconds(self) -> int:
        """Time-out of the worker: a whole batch of the slowest pictures."""
        return START_SECONDS + self.batch_pictures * self.picture_seconds

    @property
    def visibility_seconds(self) -> int:
        """Visibility time-out of the queue."""
        return self.visibility_factor * self.worker_seconds

    @property
    def keep_seconds(self) -> int:
        """How long the record of a job is kept."""
        return self.keep_days * DAY_SECONDS


def _in_range(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        msg = f"upload {name} is {value!r}; allowed is {low} to {high}: correct it in stacks/settings.py"
        raise ConfigurationError(msg)
