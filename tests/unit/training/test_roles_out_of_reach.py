"""Asking for a role where IAM cannot be reached, as in a network that has no way to the internet."""

from __future__ import annotations

import pytest

from training.jobs.aws_objects import AwsRoles
from training.jobs.services import NotPermittedError

NOBODY = "http://127.0.0.1:1"
ROLE = "arn:aws:iam::111111111111:role/digits-dev-training-JobRole"


@pytest.fixture
def roles(monkeypatch: pytest.MonkeyPatch) -> AwsRoles:
    """IAM at an address where nobody answers."""
    values = {"AWS_ENDPOINT_URL": NOBODY, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a"}
    for name, value in {**values, "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return AwsRoles()


def test_a_role_is_not_looked_at(roles: AwsRoles) -> None:
    with pytest.raises(NotPermittedError):
        roles.trust_policy("digits-dev-training-JobRole")
    with pytest.raises(NotPermittedError):
        roles.denied(ROLE, "s3:GetObject", ["arn:aws:s3:::b/k"], {})
