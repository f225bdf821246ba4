"""What the daemon, containers and the caller's shell get to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagemaker_local.process_environment import (
    client_environment,
    container_environment,
    daemon_environment,
    unset_for_clients,
)
from sagemaker_local.settings import StateFolder


def test_the_daemon_sees_nothing_of_the_caller_s_aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CA_BUNDLE", "AWS_PROFILE", "HTTPS_PROXY", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):
        monkeypatch.setenv(name, "leak")
    state = StateFolder(path=Path("/state"))
    environment = daemon_environment(port=4566, state=state, auth=True)
    assert "leak" not in environment.values()
    assert (environment["BIND_HOST"], environment["AUTH"], environment["TMPDIR"]) == ("127.0.0.1", "true", "/state/tmp")


@pytest.mark.parametrize(
    ("excepted", "expected"),
    [
        (None, "localhost,127.0.0.1"),
        ("", "localhost,127.0.0.1"),
        ("corp.example,localhost", "corp.example,localhost,127.0.0.1"),
    ],
)
def test_clients_reach_the_emulator_past_a_proxy(
    excepted: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if excepted is not None:
        monkeypatch.setenv("NO_PROXY", excepted)
    environment = client_environment(4566)
    assert (environment["NO_PROXY"], environment["no_proxy"]) == (expected, expected)


def test_containers_see_nothing_of_the_caller_either(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "LANG", "LC_ALL", "PYTHONPATH", "TZ", "https_proxy"):
        monkeypatch.setenv(name, "leak")
    monkeypatch.delenv("HOME")
    environment = container_environment({"GREETING": "hello"})
    assert "leak" not in environment.values()
    assert {"GREETING": "hello", "LANG": "C.UTF-8", "AWS_REGION": "us-east-1"}.items() <= environment.items()


def test_a_shell_forgets_what_leads_clients_elsewhere() -> None:
    forgotten = unset_for_clients(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_PAGER", "HOME"])
    assert {"AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_USE_FIPS_ENDPOINT"} <= set(forgotten)
    assert not {"AWS_ENDPOINT_URL", "AWS_PAGER", "HOME"} & set(forgotten)
