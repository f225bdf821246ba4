"""Turn every exception of botocore into a sentence that says what to do. The only module that knows its exceptions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from botocore import exceptions

from training.common.errors import BusyError, PublicationError

_SIGN_IN = 'sign in again (aws sso login, aws configure), or for the emulator run: eval "$(sagemaker-local env)"'

_BY_CODE = {
    "NoSuchBucket": "there is no such bucket; deploy the storage stack first, or correct the name of the bucket",
    "404": "there is no such bucket; deploy the storage stack first, or correct the name of the bucket",
    "NotFound": "there is no such bucket; deploy the storage stack first, or correct the name of the bucket",
    "AccessDenied": "access is denied; the bucket may belong to another account, or these credentials lack permission",
    "AccessDeniedException": "access is denied; these credentials lack permission",
    "403": "access is denied; the bucket may belong to another account, or these credentials lack permission",
    "Forbidden": "access is denied; the bucket may belong to another account, or these credentials lack permission",
    "AllAccessDisabled": "access to the bucket is disabled; use another bucket",
    "301": "the bucket is in another region; set AWS_REGION to the region of the bucket",
    "PermanentRedirect": "the bucket is in another region; set AWS_REGION to the region of the bucket",
    "AuthorizationHeaderMalformed": "the bucket is in another region; set AWS_REGION to the region of the bucket",
    "IllegalLocationConstraintException": "the bucket is in another region; set AWS_REGION to the region of the bucket",
    "InvalidAccessKeyId": f"the access key is unknown; {_SIGN_IN}",
    "InvalidSignatureException": f"the secret key does not match the access key; {_SIGN_IN}",
    "SignatureDoesNotMatch": f"the secret key does not match the access key; {_SIGN_IN}",
    "ExpiredToken": f"the credentials have expired; {_SIGN_IN}",
    "ExpiredTokenException": f"the credentials have expired; {_SIGN_IN}",
    "UnrecognizedClientException": f"the credentials are unknown; {_SIGN_IN}",
    "InvalidClientTokenId": f"the credentials are unknown; {_SIGN_IN}",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; correct it",
    "BadDigest": "the content was damaged in transit; try again",
    "InvalidRequest": "the request is invalid; the endpoint must support conditional writes and checksums",
    "SlowDown": "too many requests; wait a minute and try again",
    "ThrottlingException": "too many requests; wait a minute and try again",
}


_WITH_MESSAGE = {
    "ResourceLimitExceeded": "the account's quota does not allow it ({message}); use fewer or other instances, or ask"
    " for more in Service Quotas",
    "ResourceInUse": "the name is in use ({message}); choose another name",
    "ValidationException": "{operation} rejected a value ({message}); correct it",
}
"""Texts that need the message of the service."""

_BUSY = ("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown")
_SERVER_FAULT = 500


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Raise a `PublicationError` about `what` for anything that goes wrong between here and AWS inside the block.

    It is a `BusyError` when a retry in a minute may succeed.
    """
    try:
        yield
    except exceptions.ClientError as problem:
        kind = BusyError if _is_busy(problem) else PublicationError
        raise kind(f"{what}: {_client_error(problem)}") from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as problem:
        raise BusyError(f"{what}: {_local_error(problem)}") from None
    except (exceptions.BotoCoreError, ValueError) as problem:
        raise PublicationError(f"{what}: {_local_error(problem)}") from None


def _is_busy(problem: exceptions.ClientError) -> bool:
    status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_FAULT or problem.response.get("Error", {}).get("Code") in _BUSY


def _client_error(problem: exceptions.ClientError) -> str:
    error = problem.response.get("Error", {})
    code = error.get("Code", "unknown")
    if code in _BY_CODE:
        return _BY_CODE[code]
    message = " ".join(error.get("Message", "no message").split()).rstrip(".")
    if code in _WITH_MESSAGE:
        return _WITH_MESSAGE[code].format(message=message, operation=problem.operation_name)
    return f"{problem.operation_name} failed with {code} ({message}); see the permissions and the bucket"


def _who_should_answer() -> str:
    """What to do when nobody answers: start the emulator if this shell talks to it, or look at the network."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if urlsplit(endpoint).hostname not in ("localhost", "127.0.0.1"):
        return "check the network and AWS_ENDPOINT_URL"
    return f"this shell talks to an emulator at {endpoint} (AWS_ENDPOINT_URL), start it with 'make up'"


def _local_error(problem: Exception) -> str:
    """What went wrong before or below the service: credentials, settings, network."""
    text = " ".join(str(problem).split()).rstrip(".")
    match problem:
        case (
            exceptions.NoCredentialsError()
            | exceptions.PartialCredentialsError()
            | exceptions.CredentialRetrievalError()
        ):
            return f"there are no usable AWS credentials; {_SIGN_IN}"
        case exceptions.ProfileNotFound():
            return f"{text[:1].lower()}{text[1:]}; correct AWS_PROFILE"
        case exceptions.SSOError() | exceptions.TokenRetrievalError() | exceptions.LoginError():
            return f"the sign-in has expired; {_SIGN_IN}"
        case exceptions.NoRegionError():
            return "no region is set; set AWS_REGION, for example to us-east-1"
        case exceptions.ParamValidationError():
            return f"a name is not valid ({text}); correct it"
        case exceptions.SSLError():
            return f"the secure connection failed ({text}); check the certificates and the proxy"
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            return f"cannot be reached ({text}); {_who_should_answer()}"
        case _:
            return f"{text[:1].lower()}{text[1:]}; check the AWS settings"
