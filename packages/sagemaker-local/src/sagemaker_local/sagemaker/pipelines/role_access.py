"""What a pipeline's role can do: call operations of the service, and read objects. A protocol, nothing that runs."""

from __future__ import annotations

from typing import Protocol

from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json


class RoleAccess(Protocol):
    """Acts with the rights of a role, and with no others."""

    async def call(self, scope: Scope, role: str, operation: str, request: Json) -> Json:
        """Call an operation of the service.

        Raises
        ------
        ServiceError
            What the service answered, also `AccessDeniedException`.
        """
        ...

    async def read(self, scope: Scope, role: str, url: str) -> bytes:
        """Read the object at `s3://BUCKET/KEY`.

        Raises
        ------
        ServiceError
            When it is not there, or the role may not read it.
        """
        ...
