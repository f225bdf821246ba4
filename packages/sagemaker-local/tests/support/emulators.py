"""A running emulator for tests, and small models to serve: started once, on a free port, in a folder of its own."""

from __future__ import annotations

import functools
import io
import json
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from botocore.config import Config
from botocore.session import Session

from sagemaker_local import settings
from sagemaker_local.daemon.client import ask
from support import required_members

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROW = ",".join(["0"] * 784).encode()
BUCKET = "emulated-models"
LONGEST_SECONDS = 120.0
"""How long a test waits for what happens in a second or less on an idle machine."""
_ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


@functools.cache
def _session() -> Session:
    """One for all: it reads the descriptions of the services once, 3 MB for SageMaker alone.

    Every answer of SageMaker has to have the members that its description requires.
    """
    session = Session()
    session.register("after-call.sagemaker", required_members.check)
    return session


@functools.cache
def _client(service: str, url: str, key: str, secret: str) -> Any:
    return _session().create_client(
        service,
        region_name=settings.REGION,
        endpoint_url=url,
        config=_ONCE,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """An emulator that runs, started with that interpreter."""

    port: int
    state: Path
    python: Path = Path(sys.executable)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return settings.url(self.port)

    def client(
        self, service: str, *, key: str = settings.ROOT_ACCESS_KEY, secret: str = settings.ROOT_SECRET_KEY
    ) -> Any:
        """A botocore client that never repeats a request; the same one for the same question."""
        return _client(service, self.url, key, secret)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `sagemaker-local ...` for this emulator."""
        return emulator_command(*arguments, "--state-dir", str(self.state), python=self.python)

    def site_port(self) -> int:
        """The port that shows what is deployed to CloudFront."""
        return int(ask(self.port, "health")["site_port"])

    def daemon_pid(self) -> int:
        """Process id of the daemon."""
        return int(json.loads((self.state / "daemon.json").read_text())["pid"])


def emulator_command(
    *arguments: str, python: Path = Path(sys.executable), folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `sagemaker-local ...` and return what it printed."""
    command = [str(python), "-m", "sagemaker_local", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_emulator(state: Path, *options: str) -> Iterator[Emulator]:
    """Start an emulator with those options of `up`, and stop it in the end."""
    emulator = Emulator(port=free_port(), state=state)
    started = emulator.command("up", "--port", str(emulator.port), *options)
    assert started.returncode == 0, started.stderr
    try:
        yield emulator
    finally:
        assert emulator.command("down").returncode == 0


def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is true, however slow the machine is."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def small_artifact(seed: int) -> bytes:
    """A `model.tar.gz` of 784 features and ten classes that learnt noise; each seed answers differently."""
    generator = np.random.default_rng(seed)
    images, labels = generator.integers(0, 256, (100, 784)).astype("float32"), generator.integers(0, 10, 100)
    options = {"objective": "multi:softprob", "num_class": 10, "max_depth": 2, "nthread": 1}
    model = xgboost.train(options, xgboost.DMatrix(images, labels), 1)
    return archive({"xgboost-model": bytes(model.save_raw("ubj"))})


def archive(members: dict[str, bytes]) -> bytes:
    """A tar.gz of those files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def trust(*services: str) -> str:
    """A trust policy for service principals."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(action: str, *resources: str) -> str:
    """A policy with one permission."""
    statement = {"Effect": "Allow", "Action": action, "Resource": list(resources)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass(frozen=True, kw_only=True)
class World:
    """An emulator with a bucket of artifacts (`one`, `two`, `broken`) and an execution role that may read them."""

    emulator: Emulator
    role: str

    def url(self, artifact: str) -> str:
        """Address of an artifact."""
        return f"s3://{BUCKET}/models/{artifact}/model.tar.gz"

    def container(self, artifact: str) -> dict[str, Any]:
        """A container definition that serves an artifact."""
        return {"Image": IMAGE, "ModelDataUrl": self.url(artifact)}

    def create_model(self, name: str, artifact: str) -> str:
        """Create a model; returns its ARN."""
        sagemaker = self.emulator.client("sagemaker")
        answer = sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=self.role, PrimaryContainer=self.container(artifact)
        )
        return str(answer["ModelArn"])

    def create_config(self, name: str, *models: str, **variant: Any) -> None:
        """Create an endpoint configuration with a variant for each model (`AllTraffic`, `Second`)."""
        capacity = {} if "ServerlessConfig" in variant else {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        names = zip(("AllTraffic", "Second"), models, strict=False)
        variants = [{"VariantName": label, "ModelName": model, **capacity, **variant} for label, model in names]
        self.emulator.client("sagemaker").create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)

    def settled(self, endpoint: str) -> dict[str, Any]:
        """The description of an endpoint, once nothing is under way."""
        sagemaker = self.emulator.client("sagemaker")
        last: dict[str, Any] = {}

        def done() -> bool:
            last.update(sagemaker.describe_endpoint(EndpointName=endpoint))
            return not str(last["EndpointStatus"]).endswith("ing")

        eventually(done)
        return sagemaker.describe_endpoint(EndpointName=endpoint)  # type: ignore[no-any-return]


def build_world(emulator: Emulator, *names: str) -> World:
    """Put artifacts, a role, models and configurations of those names (`one`, `two`, `broken`) into an emulator."""
    s3, iam = emulator.client("s3"), emulator.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    artifacts = {
        "one": small_artifact(1),
        "two": small_artifact(2),
        "broken": archive({"xgboost-model": b"not a model"}),
    }
    for name, content in artifacts.items():
        s3.put_object(Bucket=BUCKET, Key=f"models/{name}/model.tar.gz", Body=content)
    role = iam.create_role(RoleName="execution", AssumeRolePolicyDocument=trust("sagemaker.amazonaws.com"))
    readable = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/models/*")
    iam.put_role_policy(RoleName="execution", PolicyName="read", PolicyDocument=readable)
    world = World(emulator=emulator, role=role["Role"]["Arn"])
    for name in names:
        world.create_model(name, name)
        world.create_config(name, name)
    return world
