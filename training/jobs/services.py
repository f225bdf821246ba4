"""What jobs need of AWS, as protocols: the service of jobs, their logs, objects, roles.

Implementations raise `PublicationError` with a sentence, and `BusyError` when the same may work in a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from training.jobs.description import Job
from training.jobs.spec import JobSpec


class Submitter(Protocol):
    """A backend: sends the request of a job."""

    def submit(self, spec: JobSpec) -> None:
        """Create the job."""


class JobService(Protocol):
    """The jobs that there are."""

    def describe(self, name: str) -> Job | None:
        """The job of that name, or None."""

    def names(self, *, prefix: str, status: str | None, limit: int) -> list[str]:
        """Names of jobs that begin so, latest first."""

    def stop(self, name: str) -> None:
        """Ask a job to stop."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Lines of a log stream in their order, and the token with which to go on."""

    lines: tuple[str, ...]
    token: str | None


class LogReader(Protocol):
    """The log streams of jobs."""

    def streams(self, job: str) -> list[str]:
        """Names of the streams so far, such as `JOB/algo-1-1764000000`; none when nothing was logged yet."""

    def read(self, stream: str, token: str | None) -> Page:
        """The lines after `token`, from the beginning without one; the same token again when there are no more."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object in a bucket; one in an archive cannot be read until it is restored."""

    key: str
    size_bytes: int
    is_archived: bool = False


class Objects(Protocol):
    """The objects of buckets."""

    def region_of(self, bucket: str) -> str:
        """The region that the bucket is in."""

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """Everything whose key begins so, in the order of keys."""

    def beginning(self, bucket: str, key: str, count: int) -> bytes:
        """The first bytes of an object, at most so many."""

    def content(self, bucket: str, key: str) -> bytes:
        """All bytes of an object."""


class NotPermittedError(Exception):
    """These credentials may not look at roles, or IAM cannot be reached; that says nothing of the role."""


class Roles(Protocol):
    """The roles of the account; every method raises `NotPermittedError` when it may not look."""

    def trust_policy(self, role_name: str) -> Mapping[str, Any] | None:
        """Who may assume the role, as a policy document; None when there is no such role."""

    def denied(self, role_arn: str, action: str, resources: Sequence[str], context: Mapping[str, str]) -> list[str]:
        """Those of the resources on which the role may not do the action."""
