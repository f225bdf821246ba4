"""Operations and objects with the rights of a role: signed requests to the emulator itself, as a service sends them.

So every policy of the role is evaluated as for anybody else's request. boto3 would do the same, but reads the whole
description of the service for each client.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from sagemaker_local import settings
from sagemaker_local.sagemaker.artifacts import RoleSessions, split
from sagemaker_local.sagemaker.errors import ServiceError, validation
from sagemaker_local.sagemaker.records import Scope
from sagemaker_local.sagemaker.shapes import Json

_SECONDS = 120.0


class RoleCalls:
    """Acts with the rights of roles; implements `pipelines.role_access.RoleAccess`.

    Parameters
    ----------
    sessions
        Gives the credentials of roles.
    s3_client
        Makes an S3 client from credentials and a region.
    port
        Where the emulator listens.
    """

    def __init__(self, sessions: RoleSessions, s3_client: Callable[[dict[str, str], str], Any], port: int) -> None:
        self._sessions, self._s3_client, self._port = sessions, s3_client, port

    async def call(self, scope: Scope, role: str, operation: str, request: Json) -> Json:
        """Call an operation of the control plane."""
        return await asyncio.to_thread(self._call, scope, role, operation, request)

    async def read(self, scope: Scope, role: str, url: str) -> bytes:
        """Read an object."""
        return await asyncio.to_thread(self._read, scope, role, url)

    def _call(self, scope: Scope, role: str, operation: str, request: Json) -> Json:
        status, body = self._post(self._signed(scope, role, operation, request))
        answer: Json = json.loads(body or b"{}")
        if status >= 300:
            message = str(answer.get("message") or answer.get("Message") or "")
            raise ServiceError(str(answer.get("__type", "InternalFailure")), message, status=status)
        return answer

    def _signed(self, scope: Scope, role: str, operation: str, request: Json) -> AWSRequest:
        given = self._credentials(scope, role)
        credentials = Credentials(
            given["aws_access_key_id"], given["aws_secret_access_key"], given.get("aws_session_token")
        )
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"SageMaker.{operation}"}
        url = f"http://{settings.HOST}:{self._port}/"
        signed = AWSRequest("POST", url, data=json.dumps(request), headers=headers)
        SigV4Auth(credentials, "sagemaker", scope.region).add_auth(signed)
        return signed

    def _post(self, request: AWSRequest) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(settings.HOST, self._port, timeout=_SECONDS)
        # Else the server keeps its end of every connection for as long as it keeps idle ones.
        headers = {**dict(request.headers.items()), "Connection": "close"}
        try:
            connection.request("POST", "/", request.data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _read(self, scope: Scope, role: str, url: str) -> bytes:
        bucket, key = split(url)
        client = self._s3_client(self._credentials(scope, role), scope.region)
        try:
            content: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            raise validation(f"{url} cannot be read with role {role}: {error.response['Error']['Message']}") from error
        return content

    def _credentials(self, scope: Scope, role: str) -> dict[str, str]:
        try:
            return self._sessions.assume(scope, role)
        except PermissionError as error:
            raise ServiceError("AccessDeniedException", f"{error}.") from error
