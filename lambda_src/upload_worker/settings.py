"""Settings of the worker: its environment variables as one frozen object, read at the first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digit_model.settings import EndpointSettings
from gateway.environment import required_text, whole_number


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments.

    Attributes
    ----------
    endpoint
        The endpoint and its model, as for the prediction function.
    jobs_table
        Name of the table.
    queue_url
        URL of the queue of uploads.
    events_host
        HTTP domain of the Event API.
    endpoint_url
        Address of AWS, if not the usual one: `AWS_ENDPOINT_URL`.
    bytes_max
        Largest file.
    picture_seconds
        The longest time one picture takes while services respond: with less time left none is started.
    reading_seconds
        Time limit for reading a picture.
    pause_seconds
        Delay before the first further delivery of a failed upload.
    """

    endpoint: EndpointSettings
    jobs_table: str
    queue_url: str
    events_host: str
    endpoint_url: str | None
    bytes_max: int
    picture_seconds: int
    reading_seconds: int
    pause_seconds: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        gateway.environment.SettingsError
            If a variable is missing or has a value that cannot be used.
        """
        return cls(
            endpoint=EndpointSettings.from_environment(environment),
            jobs_table=required_text(environment, "JOBS_TABLE"),
            queue_url=required_text(environment, "QUEUE_URL"),
            events_host=required_text(environment, "EVENTS_HOST"),
            endpoint_url=environment.get("AWS_ENDPOINT_URL"),
            bytes_max=whole_number(environment, "UPLOAD_BYTES_MAX"),
            picture_seconds=whole_number(environment, "PICTURE_SECONDS"),
            reading_seconds=whole_number(environment, "READING_SECONDS"),
            pause_seconds=whole_number(environment, "PAUSE_SECONDS"),
        )
