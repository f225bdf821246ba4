"""Whether a job's role exists, SageMaker may assume it, and it may read the channels and write the output.

The role's own policies are asked through IAM's simulator. Where these credentials may not look, that is said and the
job is submitted: SageMaker checks it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.jobs.services import NotPermittedError, Roles
from training.jobs.spec import JobSpec, Spot
from training.jobs.values import split_uri

_ASSUME = ("sts:AssumeRole", "sts:*", "*")


@dataclass(frozen=True, kw_only=True)
class Access:
    """Something that the job must be allowed: an action on a bucket or an object, with what is known of the request."""

    action: str
    bucket: str
    key: str = ""
    context: tuple[tuple[str, str], ...] = ()

    def resource(self, partition: str) -> str:
        """The ARN."""
        return f"arn:{partition}:s3:::{self.bucket}" + (f"/{self.key}" if self.key else "")


def role_problems(
    spec: JobSpec, roles: Roles, *, partition: str, except_on: Collection[str]
) -> tuple[list[str], list[str]]:
    """Sentences about what is wrong with the role, and about what could not be looked at.

    Parameters
    ----------
    spec
        the job
    roles
        where to ask
    partition
        such as `aws`, for the names of buckets
    except_on
        buckets that no job could use, whatever its role may do
    """
    name = spec.role_arn.rsplit("/", 1)[-1]
    try:
        trust = roles.trust_policy(name)
    except NotPermittedError:
        return [], [f"not checked: the role {name}; these credentials may not read it, or cannot reach IAM"]
    if trust is None:
        return [f"there is no role {name}; deploy the training stack, or correct role_arn"], []
    if not _sagemaker_may_assume(trust):
        allowed = "its trust policy must allow sts:AssumeRole to sagemaker.amazonaws.com"
        return [f"SageMaker may not assume the role {name}; {allowed}"], []
    try:
        return list(dict.fromkeys(_denials(spec, roles, partition, except_on))), []
    except NotPermittedError:
        unchecked = f"not checked: whether the role {name} may reach the data"
        return [], [f"{unchecked}; these credentials may not simulate it, or cannot reach IAM"]


def needed_access(spec: JobSpec) -> list[Access]:
    """What the job does in S3 as its role."""
    needed = []
    for channel in spec.channels:
        bucket, prefix = split_uri(channel.uri)
        needed.append(Access(action="s3:ListBucket", bucket=bucket, context=(("s3:prefix", prefix),)))
        part = f"{prefix}part-00000" if prefix.endswith("/") else prefix
        needed.append(Access(action="s3:GetObject", bucket=bucket, key=part))
    written = [spec.model_uri]
    if isinstance(spec.capacity, Spot) and spec.capacity.checkpoint_uri:
        written.append(f"{spec.capacity.checkpoint_uri.rstrip('/')}/xgboost-checkpoint")
    for bucket, key in map(split_uri, written):
        needed.append(Access(action="s3:PutObject", bucket=bucket, key=key))
    return needed


def _denials(spec: JobSpec, roles: Roles, partition: str, except_on: Collection[str]) -> Iterator[str]:
    name = spec.role_arn.rsplit("/", 1)[-1]
    for access in needed_access(spec):
        resource = access.resource(partition)
        if access.bucket not in except_on and roles.denied(
            spec.role_arn, access.action, [resource], dict(access.context)
        ):
            yield (
                f"the role {name} may not do {access.action} on {resource}; give it the permission or use"
                " another role_arn; if the bucket's own policy allows it, add --set check_role=false"
            )


def _sagemaker_may_assume(trust: Mapping[str, Any]) -> bool:
    statements = _listed(trust.get("Statement"))
    return any(
        statement.get("Effect") == "Allow"
        and any(action in _ASSUME for action in _listed(statement.get("Action")))
        and any(service.startswith("sagemaker.") for service in _services(statement.get("Principal")))
        for statement in statements
    )


def _services(principal: Any) -> list[str]:
    return _listed(principal.get("Service")) if isinstance(principal, dict) else []


def _listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [] if value is None else [value]
