"""Publishes the end of a job by AppSync Events: one signed request, and nothing depends on it.

The SDK has no client for publishing events: the request is signed and sent with its parts.
https://docs.aws.amazon.com/appsync/latest/eventapi/publish-http.html
"""

from __future__ import annotations

import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.session import Session

from contract.json_text import read_json
from upload_jobs.jobs import Job

SCHEMA = "digits.upload-event/1"
ATTEMPTS = 2
CONNECT_SECONDS, READ_SECONDS = 1, 2
_LEFT_OUT = "pixels"
"""Events are small: the pixels are in the job's document only."""


class AppSyncAnnouncer:
    """An Event API; implements `upload_worker.worker.Announcer`.

    Parameters
    ----------
    host
        Its HTTP domain, such as `abc.appsync-api.us-east-1.amazonaws.com`.
    endpoint_url
        Address to connect to instead of that host, which the header `Host` still names; the SDK's `AWS_ENDPOINT_URL`.
    """

    def __init__(self, session: Session, host: str, *, endpoint_url: str | None = None) -> None:
        self._session = session
        self._host = host
        self._url = f"{(endpoint_url or f'https://{host}').rstrip('/')}/event"
        # botocore takes one number or a pair, its stubs one number.
        self._http = URLLib3Session(timeout=(CONNECT_SECONDS, READ_SECONDS))  # type: ignore[arg-type]

    @classmethod
    def connect(cls, host: str, *, endpoint_url: str | None) -> AppSyncAnnouncer:
        """Make the session; no request is sent."""
        return cls(Session(), host, endpoint_url=endpoint_url)

    def announce(self, job: Job) -> str | None:
        """Publish how a job ended; None if AppSync accepted it, else the cause of the last attempt's failure."""
        body = json.dumps({"channel": job.channel, "events": [json.dumps(event_of(job), separators=(",", ":"))]})
        failure = None
        for _ in range(ATTEMPTS):
            failure = self._publish(body.encode())
            if failure is None:
                break
        return failure

    def _publish(self, body: bytes) -> str | None:
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
            response = self._http.send(request.prepare())
        except (BotoCoreError, HTTPClientError) as error:
            return str(error)[:300]
        if response.status_code == 200 and not _refused(response.content):
            return None
        return f"AppSync answered {response.status_code} {response.content[:300]!r}"

    def _region(self) -> str:
        return str(self._session.get_config_variable("region"))


def event_of(job: Job) -> dict[str, Any]:
    """Give the event about a job's end: the members of its document that are small."""
    digits = [
        {name: value for name, value in digit.items() if name != _LEFT_OUT} for digit in job.outcome.get("digits", [])
    ]
    outcome = {**job.outcome, **({"digits": digits} if digits else {})}
    return {"schema": SCHEMA, "job_id": job.job_id, "status": str(job.status), **outcome}


def _refused(content: bytes) -> bool:
    """Whether a handler refused the event; AppSync answers 200 even then."""
    try:
        return bool(read_json(content).get("failed"))
    except (ValueError, AttributeError):
        return True
