"""Execution roles: a service acts with the rights of the role that a request names, and with no others."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sagemaker_local import settings
from sagemaker_local.ministack.registry import private
from sagemaker_local.sagemaker.records import Scope


class Roles:
    """Sessions of IAM roles for a service principal.

    Parameters
    ----------
    principal
        The service that assumes the roles.
    session
        Name of its sessions, which denials show.
    """

    def __init__(self, principal: str = "sagemaker.amazonaws.com", session: str = "SageMaker") -> None:
        self._principal, self._name = principal, session

    def assume(self, where: Scope, role_arn: str) -> dict[str, str]:
        """Credentials of the role; without AUTH those of the root user.

        Raises
        ------
        PermissionError
            When the role does not exist, or does not trust the service.
        """
        if not settings.asks_policies():
            return {"aws_access_key_id": where.account, "aws_secret_access_key": settings.ROOT_SECRET_KEY}
        name = role_arn.rpartition("/")[2]
        with private("ministack.core.responses:request_scope")(where.account, where.region):
            role = private("ministack.services.iam:_roles").get(name)
            if role is None or not trusts(role["AssumeRolePolicyDocument"], self._principal):
                msg = f"{role_arn} does not exist or does not let {self._principal} assume it"
                raise PermissionError(msg)
            return self._session(where, name)

    def _session(self, where: Scope, role: str) -> dict[str, str]:
        secret = hashlib.sha256(f"{self._principal}:{where}:{role}".encode()).hexdigest()
        key = f"ASIA{secret[:16].upper()}"
        session = {
            "Arn": f"arn:aws:sts::{where.account}:assumed-role/{role}/{self._name}",
            "UserId": f"{role}:{self._name}",
            "SecretAccessKey": secret,
            "SessionToken": secret[::-1],
        }
        private("ministack.services.sts:register_session")(key, session)
        return {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": secret[::-1]}


def trusts(document: str | dict[str, Any], principal: str) -> bool:
    """Whether a trust policy lets a service principal assume the role."""
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        services = statement.get("Principal", {}).get("Service", []) if statement.get("Effect") == "Allow" else []
        if principal in ([services] if isinstance(services, str) else services):
            return True
    return False
