"""What the command line, the daemon and the tests agree on: defaults, folders, the programs that are started.

Pure values and paths. Nothing here starts anything, and nothing needs a package beyond the standard library.
"""

from __future__ import annotations

import os
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
DEFAULT_PORT = 4566
ACCOUNT = "123456789012"
REGION = "us-east-1"
# The twelve digits of the account as access key make the caller its root user, in MiniStack as in most emulators.
ROOT_ACCESS_KEY = ACCOUNT
ROOT_SECRET_KEY = "testing"  # noqa: S105 - known to everybody, and good for this emulator only


@dataclass(frozen=True, kw_only=True)
class StateFolder:
    """Where one emulator keeps what it needs while it runs."""

    path: Path

    @property
    def record(self) -> Path:
        """JSON with the process id and port of the running daemon."""
        return self.path / "daemon.json"

    @property
    def log(self) -> Path:
        """What the daemon and the processes behind the endpoints wrote since the last start."""
        return self.path / "daemon.log"

    @property
    def certificate(self) -> Path:
        """What a client has to trust that speaks TLS with the daemon; removed by `down`."""
        return self.path / "tls-certificate.pem"

    @property
    def temporary(self) -> Path:
        """TMPDIR of the daemon: Lambda code, unpacked models; removed by `down`."""
        return self.path / "tmp"

    @property
    def functions(self) -> Path:
        """Virtual environment of the emulated Lambda functions; removed by `down`."""
        return self.temporary / "functions"


def default_state() -> Path:
    """The state folder that a command means when none is given.

    `SAGEMAKER_LOCAL_STATE_DIR`; or `state-dir` of `[tool.sagemaker-local]` in the nearest `pyproject.toml`, from the
    current folder upwards, relative to that file; or `sagemaker-local` in the user's folder of state.
    """
    if named := os.environ.get("SAGEMAKER_LOCAL_STATE_DIR"):
        return Path(named).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        project = folder / "pyproject.toml"
        if project.is_file():
            table = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {}).get("sagemaker-local", {})
            if "state-dir" in table:
                return (folder / str(table["state-dir"])).resolve()
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return state / "sagemaker-local"


def url(port: int) -> str:
    """Address that clients use; `localhost` because API Gateway and S3 recognise it as the emulator's own name."""
    return f"http://localhost:{port}"


def container_python() -> Path:
    """Interpreter of the processes that serve models and train (`SAGEMAKER_LOCAL_CONTAINER_PYTHON` overrides it)."""
    return Path(os.environ.get("SAGEMAKER_LOCAL_CONTAINER_PYTHON", sys.executable))


def client_environment(port: int) -> dict[str, str]:
    """Variables with which boto3, the AWS CLI and the CDK CLI talk to the emulator, and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": url(port),
        "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        **dict.fromkeys(("NO_PROXY", "no_proxy"), _not_through_proxy()),
    }


def _not_through_proxy() -> str:
    """What the caller excepts from a proxy, and this machine: botocore sends even `localhost` through one otherwise."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    names = [name for name in excepted.split(",") if name]
    return ",".join(dict.fromkeys([*names, "localhost", HOST]))


# A profile or a session token of the caller would win over, or be mixed with, the emulator's keys; the last one would
# make the clients ignore the address.
UNSET_FOR_CLIENTS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


def asks_policies() -> bool:
    """Whether this process is a daemon that checks signatures and policies."""
    return os.environ.get("AUTH") == "true"


# Names in the daemon's environment that mean nothing to an emulated Lambda function; it does not see them.
OF_THE_DAEMON = (
    "AUTH",
    "BIND_HOST",
    "GATEWAY_PORT",
    "IOT_MTLS_ENABLED",
    "LAMBDA_EXECUTOR",
    "MINISTACK_ACCOUNT_ID",
    "MINISTACK_REGION",
    "SAGEMAKER_LOCAL_CONTAINER_PYTHON",
    "SFTP_ENABLED",
    "STATE_DIR",
)


def daemon_environment(*, port: int, state: StateFolder, auth: bool) -> dict[str, str]:
    """Every environment variable of the daemon.

    Emulated Lambda functions inherit all but `OF_THE_DAEMON`, so it holds no proxy, no certificate bundle, no AWS
    setting of the caller and nothing that would show Python other packages.
    """
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TZ", "USER") if name in os.environ}
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(state.temporary),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "AUTH": "true" if auth else "false",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SAGEMAKER_LOCAL_CONTAINER_PYTHON": str(container_python()),
        # Where it keeps the keys of user pools, in spite of forgetting the pools.
        "STATE_DIR": str(state.temporary / "ministack"),
    }
