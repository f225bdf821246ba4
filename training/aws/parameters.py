"""Read the SSM parameters that the stacks of an environment write: `/digits/ENVIRONMENT/...`."""

from __future__ import annotations

import os

from botocore.exceptions import ClientError

from training.aws.clients import client
from training.aws.errors import explained
from training.common.errors import PublicationError


def read_parameter(environment: str, name: str, *, missing: str) -> str:
    """The value of a parameter.

    Parameters
    ----------
    environment
        `local` (the emulator), `dev` or `prod`
    name
        such as `/digits/dev/bucket-name`
    missing
        how the sentence goes on when there is no such parameter: what follows from it and what to do

    Raises
    ------
    PublicationError
        when there is none, or AWS cannot be reached
    """
    require_endpoint(environment)
    with explained(f"the parameter {name}"):
        try:
            return client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ParameterNotFound":
                where = _where_if_not_aws(environment)
                raise PublicationError(f"there is no parameter {name}, {missing}{where}") from None
            raise


def _where_if_not_aws(environment: str) -> str:
    """Where the parameter was looked for, if that is another place than the environment's name says."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if environment == "local" or not endpoint:
        return ""
    return (
        f"; it was asked for at {endpoint} (AWS_ENDPOINT_URL) and not at AWS: a new shell without that variable talks"
        " to AWS"
    )


def require_endpoint(environment: str) -> None:
    """Refuse to ask AWS itself for the environment `local`, which is the emulator.

    Raises
    ------
    PublicationError
        when nothing says where the emulator listens
    """
    if environment == "local" and not (os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_SSM")):
        raise PublicationError(
            "the environment local is the emulator, but AWS_ENDPOINT_URL is not set;"
            ' run: eval "$(sagemaker-local env)", or name another with --environment'
        )
