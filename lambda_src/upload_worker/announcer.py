"""Tells the waiting client by AppSync Events: one signed request, and nothing depends on it.

AppSync has no client in the SDK for events: a request is signed and sent by hand.
https://docs.aws.amazon.com/appsync/latest/eventapi/publish-http.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from upload_jobs.jobs import Job

SCHEMA = "digits.upload-event/1"
ATTEMPTS = 2
CONNECT_SECONDS, READ_SECONDS = 1, 2
_LEFT_OUT = "pixels"
"""An event is small: who wants the pixels asks for the job."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an event was not taken."""

    cause: str


class AppSyncAnnouncer:
    """An Event API; implements `upload_worker.worker.Announcer`.

    Parameters
    ----------
    host
        Its HTTP domain, such as `abc.appsync-api.us-east-1.amazonaws.com`.
    endpoint_url
        Where to connect instead of that host, which the request still names; the SDK's `AWS_ENDPOINT_URL`.
    """

    def __init__(self, session: Session, host: str, *, endpoint_url: str | None = None) -> None:
        self._session = session
        self._host = host
        self._url = f"{(endpoint_url or f'https://{host}').rstrip('/')}/event"
        # botocore takes one number or a pair, its stubs one number.
        self._http = URLLib3Session(timeout=(CONNECT_SECONDS, READ_SECONDS))  # type: ignore[arg-type]
        self.failure: Failure | None = None

    def announce(self, job: Job) -> bool:
        """Publish how a job ended; False, with the cause in `failure`, if AppSync did not take it."""
        body = json.dumps({"channel": job.channel, "events": [json.dumps(event_of(job), separators=(",", ":"))]})
        self.failure = None
        for _ in range(ATTEMPTS):
            self.failure = self._publish(body.encode())
            if self.failure is None:
                return True
        return False

    def _publish(self, body: bytes) -> Failure | None:
        request = AWSRequest(
            method="POST",
            url=self._url,
            data=body,
            headers={"Host": self._host, "Content-Type": "application/json"},
        )
        try:
            credentials = self._session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            SigV4Auth(credentials, "appsync", self._region()).add_auth(request)
            answer = self._http.send(request.prepare())
        except (BotoCoreError, HTTPClientError) as error:
            return Failure(cause=str(error)[:300])
        if answer.status_code == 200 and not _refused(answer.content):
            return None
        return Failure(cause=f"AppSync answered {answer.status_code} {answer.content[:300]!r}")

    def _region(self) -> str:
        return str(self._session.get_config_variable("region"))


def event_of(job: Job) -> dict[str, Any]:
    """Give the event that tells of a job's end: its document without what is large."""
    digits = [
        {name: value for name, value in digit.items() if name != _LEFT_OUT} for digit in job.outcome.get("digits", [])
    ]
    told: Mapping[str, Any] = {**job.outcome, **({"digits": digits} if digits else {})}
    return {"schema": SCHEMA, "job_id": job.job_id, "status": str(job.status), **told}


def _refused(content: bytes) -> bool:
    """AppSync answers 200 even when a handler refused the event."""
    try:
        return bool(json.loads(content).get("failed"))
    except (ValueError, AttributeError):
        return True
