"""What the processes that this package starts inherit, and what a shell is told; nothing else passes an environment on.

A daemon, a container and an emulated function do the same whatever shell they were started from: no proxy, no AWS
setting, no locale and no package path of the caller reaches them. Pure values; nothing here starts anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from sagemaker_local import settings
from sagemaker_local.settings import StateFolder

_KEPT_BY_DAEMON = ("HOME", "PATH", "USER")
_KEPT_BY_CONTAINERS = ("HOME", "PATH", "TMPDIR")
# What AWS's runtimes and images have: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_LANGUAGE = {"LANG": "C.UTF-8", "TZ": "UTC"}

_REGION = {"AWS_REGION": settings.REGION, "AWS_DEFAULT_REGION": settings.REGION}

# A profile or a session token of the caller would win over the emulator's keys or be mixed with them; some choose other
# addresses than the emulator's, or ask a metadata service for defaults.
_UNSET = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_DEFAULTS_MODE",
    "AWS_CA_BUNDLE",
)

OF_THE_DAEMON = (
    "AUTH",
    "BIND_HOST",
    "GATEWAY_PORT",
    "IOT_MTLS_ENABLED",
    "LAMBDA_EXECUTOR",
    "MINISTACK_ACCOUNT_ID",
    "MINISTACK_REGION",
    "PYTHONUTF8",
    "SAGEMAKER_LOCAL_CONTAINER_PYTHON",
    "SFTP_ENABLED",
    "STATE_DIR",
)
"""Names in the daemon's environment that mean nothing to an emulated Lambda function; it does not see them."""


def daemon_environment(*, port: int, state: StateFolder, auth: bool) -> dict[str, str]:
    """Every environment variable of the daemon.

    Emulated Lambda functions inherit all but `OF_THE_DAEMON`, so it holds no proxy, no certificate bundle, no AWS
    setting of the caller and nothing that would show Python other packages.
    """
    return {
        **_kept(_KEPT_BY_DAEMON),
        **_LANGUAGE,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "TMPDIR": str(state.temporary),
        "BIND_HOST": settings.HOST,
        "GATEWAY_PORT": str(port),
        "AUTH": "true" if auth else "false",
        "MINISTACK_ACCOUNT_ID": settings.ACCOUNT,
        "MINISTACK_REGION": settings.REGION,
        "AWS_ACCESS_KEY_ID": settings.ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": settings.ROOT_SECRET_KEY,
        **_REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SAGEMAKER_LOCAL_CONTAINER_PYTHON": str(settings.container_python()),
        # Where it keeps the keys of user pools, in spite of forgetting the pools.
        "STATE_DIR": str(state.temporary / "ministack"),
    }


def container_environment(own: Mapping[str, str]) -> dict[str, str]:
    """Every environment variable of a process that represents a container: its own, and nothing of AWS but the region.

    Parameters
    ----------
    own
        What a model, a job or its image sets.
    """
    return {**_kept(_KEPT_BY_CONTAINERS), **_LANGUAGE, "PYTHONUNBUFFERED": "1", **_REGION, **own}


def client_environment(port: int) -> dict[str, str]:
    """Variables with which boto3, the AWS CLI and the CDK CLI talk to the emulator, and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": settings.url(port),
        "AWS_ACCESS_KEY_ID": settings.ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": settings.ROOT_SECRET_KEY,
        **_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": settings.ACCOUNT,
        "CDK_DEFAULT_REGION": settings.REGION,
        **dict.fromkeys(("NO_PROXY", "no_proxy"), _not_through_proxy()),
    }


def unset_for_clients(names: Iterable[str]) -> list[str]:
    """Variables that a shell has to forget before its clients talk to the emulator, and to nothing else.

    Parameters
    ----------
    names
        Of the variables of that shell, which may hold addresses of single services.
    """
    services = (name for name in names if name.startswith("AWS_ENDPOINT_URL_"))
    return sorted({*_UNSET, *services})


def _kept(names: Iterable[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _not_through_proxy() -> str:
    """What the caller excepts from a proxy, and this machine: botocore sends even `localhost` through one otherwise."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = [name for name in excepted.split(",") if name]
    return ",".join(dict.fromkeys([*names, "localhost", settings.HOST]))
