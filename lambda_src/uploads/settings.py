"""Settings of the upload function: its environment variables as one frozen object, read at the first request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.cors import Origins
from gateway.environment import required_text, whole_number
from uploads.application import Limits


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between deployments."""

    bucket: str
    table: str
    limits: Limits
    origins: Origins

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises
        ------
        gateway.environment.SettingsError
            If a variable is missing, or is no whole number where one is needed.
        """
        return cls(
            bucket=required_text(environment, "UPLOAD_BUCKET"),
            table=required_text(environment, "JOBS_TABLE"),
            limits=Limits(
                bytes_max=whole_number(environment, "UPLOAD_BYTES_MAX"),
                url_seconds=whole_number(environment, "URL_SECONDS"),
                answer_seconds=whole_number(environment, "ANSWER_SECONDS"),
                keep_seconds=whole_number(environment, "KEEP_SECONDS"),
            ),
            origins=Origins.from_text(environment.get("SITE_ORIGINS", "")),
        )
