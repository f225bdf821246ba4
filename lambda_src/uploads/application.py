"""The upload routes: parse, call the domain, respond. No AWS and no logging here."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from contract.upload_layout import KEY_PREFIX, UPLOAD_BYTES_LIMIT
from gateway.body import checked_body
from gateway.cors import Origins
from gateway.events import Request, Response
from gateway.http_app import Result, Route
from gateway.json_body import parse_json, shown
from gateway.metrics import Measure, count
from gateway.problems import UNSUPPORTED_MEDIA_TYPE, ProblemError
from upload_jobs.jobs import JOB_ID_PATTERN, Job, Jobs, Status, expired_outcome, iso_time
from upload_jobs.problems import NO_SUCH_UPLOAD, UPLOAD_TOO_LARGE, WRONG_UPLOAD
from uploads.identity import owner_of

UPLOADS = "/uploads"
UPLOAD = "/uploads/{job_id}"
CONTENT_TYPES = ("image/png", "image/jpeg")

RETRY_AFTER_SECONDS = 1
"""Suggested interval for polling a pending job."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form for one upload: the URL, and the fields that precede the file."""

    url: str
    fields: Mapping[str, str]


class Uploads(Protocol):
    """A bucket that clients upload to with signed forms, one key each."""

    def form(self, job: Job) -> Form:
        """Make the form for the key and the content type of a job."""
        ...


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of an upload, in bytes and seconds."""

    bytes_max: int
    url_seconds: int
    answer_seconds: int
    keep_seconds: int


@dataclass(frozen=True, kw_only=True)
class Application:
    """The routes over a table of jobs and a bucket; implements `gateway.http_app.HttpApp`."""

    jobs: Jobs
    uploads: Uploads
    limits: Limits
    origins: Origins = field(default_factory=Origins)
    now: Callable[[], float] = time.time
    new_id: Callable[[], object] = uuid.uuid4

    @property
    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        """The route of each resource and method."""
        return {UPLOADS: {"POST": self.begin}, UPLOAD: {"GET": self.show}}

    def begin(self, request: Request) -> Result:
        """Handle `POST /uploads`: create a job, and sign the form for the upload of its picture."""
        content_type = read_upload_request(request, self.limits.bytes_max)
        job = self._new_job(request, content_type)
        self.jobs.create(job)
        form = self.uploads.form(job)
        status_url = f"{_address(request)}/{job.job_id}"
        document = {
            "job_id": job.job_id,
            "upload": {"url": form.url, "fields": dict(form.fields)},
            "channel": job.channel,
            "status_url": status_url,
            "expires_at": iso_time(job.created_at + self.limits.url_seconds),
        }
        response = Response(status=201, document=document, headers={"Location": status_url})
        return Result(response=response, facts={"job_id": job.job_id}, measures=[count("UploadsBegun")])

    def show(self, request: Request) -> Result:
        """Handle `GET /uploads/{job_id}` for the job's owner; for anybody else there is no such job."""
        job_id = request.path_parameters.get("job_id", "")
        # DynamoDB refuses keys of more than 2048 bytes; what is no id is not looked up.
        job = self.jobs.find(job_id) if re.fullmatch(JOB_ID_PATTERN, job_id) else None
        if job is None or job.owner != owner_of(request.context):
            raise ProblemError(NO_SUCH_UPLOAD, f"there is no upload {shown(job_id)} of yours")
        measures: Sequence[Measure] = ()
        if job.status is Status.PENDING and self.now() >= job.deadline_at:
            job, measures = self._expire(job)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if job.status is Status.PENDING else {}
        response = Response(status=200, document=job.document(), headers=headers)
        facts = {"job_id": job.job_id, "job_status": str(job.status)}
        return Result(response=response, facts=facts, measures=measures)

    def _new_job(self, request: Request, content_type: str) -> Job:
        owner, job_id, now = owner_of(request.context), str(self.new_id()), int(self.now())
        return Job(
            job_id=job_id,
            owner=owner,
            key=f"{KEY_PREFIX}{owner}/{job_id}",
            content_type=content_type,
            correlation_id=request.correlation_id,
            created_at=now,
            deadline_at=now + self.limits.answer_seconds,
            forgotten_at=now + self.limits.keep_seconds,
        )

    def _expire(self, job: Job) -> tuple[Job, list[Measure]]:
        """End a job as EXPIRED after its deadline, for good: a result that comes later is never shown."""
        is_first = self.jobs.end(job.job_id, Status.EXPIRED, expired_outcome(job))
        return self.jobs.find(job.job_id) or job, [count("UploadsExpired")] if is_first else []


def read_upload_request(request: Request, bytes_max: int) -> str:
    """Read the request for an upload: `{"content_type": ..., "size_bytes": ...}`.

    Returns
    -------
    str
        The content type, one of `CONTENT_TYPES`.

    Raises
    ------
    ProblemError
        If it is not JSON, has another structure, or names a picture that is not accepted.
    """
    members = parse_json(checked_body(request, ("application/json",)))
    if not isinstance(members, dict) or members.keys() != {"content_type", "size_bytes"}:
        raise ProblemError(WRONG_UPLOAD, "an object with the members 'content_type' and 'size_bytes' is needed")
    content_type, size = members["content_type"], members["size_bytes"]
    if content_type not in CONTENT_TYPES:
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE, f"content_type is {shown(content_type)}; {' or '.join(CONTENT_TYPES)} is taken"
        )
    if type(size) is not int or not 1 <= size <= UPLOAD_BYTES_LIMIT:
        needed = f"a whole number from 1 to {UPLOAD_BYTES_LIMIT} is needed"
        raise ProblemError(WRONG_UPLOAD, f"size_bytes is {shown(size)}; {needed}")
    if size > bytes_max:
        raise ProblemError(UPLOAD_TOO_LARGE, f"the picture has {shown(size)} bytes; {bytes_max} are allowed")
    return str(content_type)


def _address(request: Request) -> str:
    """Address of this resource as the caller wrote it: with the stage, or with the path of a custom domain."""
    scheme = request.headers.get("x-forwarded-proto", "https")
    context: Mapping[str, Any] = request.context
    return f"{scheme}://{context.get('domainName', '')}{str(context.get('path', '')).rstrip('/')}"
