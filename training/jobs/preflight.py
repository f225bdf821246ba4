"""Look for every reason to refuse a job before it is submitted. Asks AWS, changes nothing, costs nothing.

What needs no question was refused when the `JobSpec` was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contract.xgboost_image import partition_of
from training.common.errors import PublicationError
from training.jobs.data_checks import data_problems
from training.jobs.role_checks import role_problems
from training.jobs.services import JobService, Objects, Roles
from training.jobs.spec import QUOTA_SECONDS, JobSpec, Spot
from training.jobs.values import split_uri

_IMAGE_REGION = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found: reasons to refuse, and notes that do not stop the job; a sentence each."""

    problems: tuple[str, ...]
    notes: tuple[str, ...]


def check(spec: JobSpec, *, region: str, jobs: JobService, objects: Objects, roles: Roles | None) -> Findings:
    """Look at everything.

    Parameters
    ----------
    spec
        the job
    region
        where it is to run
    jobs, objects, roles
        where to ask; without `roles` the role is not looked at

    Raises
    ------
    PublicationError
        when AWS cannot be reached at all
    """
    problems = _image_problems(spec, region)
    if jobs.describe(spec.name) is not None:
        problems.append(f"there is a job {spec.name} already; choose another --name")
    unusable = _bucket_problems(spec, region, objects)
    problems += unusable.values()
    if not unusable:
        problems += data_problems(spec, objects)
    notes = _notes(spec)
    if roles is not None:
        wrong, unchecked = role_problems(spec, roles, partition=partition_of(region), except_on=unusable)
        problems += wrong
        notes += unchecked
    return Findings(problems=tuple(problems), notes=tuple(notes))


def _image_problems(spec: JobSpec, region: str) -> list[str]:
    match = _IMAGE_REGION.match(spec.image_uri)
    if match and match[1] != region:
        return [f"the image {spec.image_uri} is that of {match[1]}, the job runs in {region}; set AWS_REGION"]
    return []


def _bucket_problems(spec: JobSpec, region: str, objects: Objects) -> dict[str, str]:
    """What is wrong with the buckets, by name."""
    uris = [*(channel.uri for channel in spec.channels), spec.output_uri]
    if isinstance(spec.capacity, Spot) and spec.capacity.checkpoint_uri:
        uris.append(spec.capacity.checkpoint_uri)
    problems = {}
    for bucket in dict.fromkeys(split_uri(uri)[0] for uri in uris):
        try:
            actual = objects.region_of(bucket)
        except PublicationError as problem:
            problems[bucket] = str(problem)
            continue
        if actual != region:
            problems[bucket] = (
                f"the bucket {bucket} is in {actual}, the job runs in {region} and reads only there;"
                f" set AWS_REGION to {actual} or use another bucket"
            )
    return problems


def _notes(spec: JobSpec) -> list[str]:
    if spec.capacity.max_run_seconds > QUOTA_SECONDS:
        seconds = spec.capacity.max_run_seconds
        return [f"a run time of {seconds} seconds needs a raised quota: accounts begin with {QUOTA_SECONDS}"]
    return []
