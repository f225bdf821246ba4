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
        when there is none, or AWS cannot be asked
    """
    require_endpoint(environment)
    with explained(f"the parameter {name}"):
        try:
            return client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "ParameterNotFound":
                raise PublicationError(f"there is no parameter {name}, {missing}") from None
            raise


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
