"""Settings of the worker: its environment variables as one frozen object, read at the first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digit_model.settings import Settings as EndpointSettings
from digit_model.settings import required_text, whole_number


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments.

    Attributes
    ----------
    endpoint
        The endpoint and its model, as for the prediction function.
    jobs_table, idempotency_table
        Names of the tables.
    queue_url
        Where messages come from.
    events_host
        HTTP domain of the Event API.
    endpoint_url
        Where AWS is, if not where it is usually: `AWS_ENDPOINT_URL`.
    bytes_max
        Largest file.
    picture_seconds
        The longest that one picture takes where services answer: with less time left none is begun.
    reading_seconds
        After how long the reading of a picture is given up.
    pause_seconds
        After how long a failed upload comes again for the first time.
    remember_seconds
        How long an upload is known to have been handled.
    """

    endpoint: EndpointSettings
    jobs_table: str
    idempotency_table: str
    queue_url: str
    events_host: str
    endpoint_url: str | None
    bytes_max: int
    picture_seconds: int
    reading_seconds: int
    pause_seconds: int
    remember_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        digit_model.settings.SettingsError
            If a variable is missing or has a value that cannot be used.
        """
        return cls(
            endpoint=EndpointSettings.from_environment(environment),
            jobs_table=required_text(environment, "JOBS_TABLE"),
            idempotency_table=required_text(environment, "IDEMPOTENCY_TABLE"),
            queue_url=required_text(environment, "QUEUE_URL"),
            events_host=required_text(environment, "EVENTS_HOST"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL"),
            bytes_max=whole_number(environment, "UPLOAD_BYTES_MAX"),
            picture_seconds=whole_number(environment, "PICTURE_SECONDS"),
            reading_seconds=whole_number(environment, "READING_SECONDS"),
            pause_seconds=whole_number(environment, "PAUSE_SECONDS"),
            remember_seconds=whole_number(environment, "KEEP_SECONDS"),
        )
