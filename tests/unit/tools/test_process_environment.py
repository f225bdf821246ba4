"""What programs of ours take over from a shell: nothing of AWS for the emulator, all of it for AWS."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from botocore.session import Session

from tests.support.hostile_shell import HOSTILE
from tools.process_environment import adopt, for_aws, for_cdk, for_emulator, for_templates, for_tests
from training.aws.connections import proxy_for

ROOT = Path(__file__).resolve().parents[3]
EXPORTS = {
    "AWS_ENDPOINT_URL": "http://localhost:4566",
    "AWS_ACCESS_KEY_ID": "123456789012",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "NO_PROXY": "localhost,127.0.0.1",
}
PROFILE = {name: HOSTILE[name] for name in ("AWS_PROFILE", "HTTPS_PROXY", "AWS_CONFIG_FILE")}


@pytest.fixture
def shell() -> Iterator[Mapping[str, str]]:
    """A shell that has everything set; this process has the variables of before again when the test ends."""
    before = dict(os.environ)
    adopt(before | HOSTILE)
    yield dict(os.environ)
    adopt(before)


def of_aws(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(("AWS_", "CDK_"))}


def test_what_goes_to_the_emulator_takes_over_nothing_of_aws(shell: Mapping[str, str]) -> None:
    found = for_emulator(shell, EXPORTS)
    exported = of_aws(EXPORTS)
    assert of_aws(found) == {**exported, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    assert (found["HTTPS_PROXY"], found["NO_PROXY"]) == (HOSTILE["HTTPS_PROXY"], "localhost,127.0.0.1")


def test_an_aws_client_of_ours_sees_what_was_adopted(shell: Mapping[str, str]) -> None:
    adopt(for_emulator(shell, EXPORTS))
    client = Session().create_client("s3")
    assert client.meta.endpoint_url == "http://localhost:4566"
    assert client.meta.region_name == "us-east-1"


def test_what_goes_to_aws_takes_over_profile_and_proxies(shell: Mapping[str, str]) -> None:
    without_keys = {name: value for name, value in shell.items() if "KEY" not in name}
    found = for_aws(without_keys, "eu-west-1")
    assert {**PROFILE, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}.items() <= found.items()


def test_keys_win_over_a_profile_for_all_programs(shell: Mapping[str, str]) -> None:
    found = for_aws(shell, "eu-west-1")
    assert found["AWS_SESSION_TOKEN"] == HOSTILE["AWS_SESSION_TOKEN"]
    assert "AWS_PROFILE" not in found
    assert "AWS_DEFAULT_PROFILE" not in found


def test_templates_and_tests_take_over_nothing_of_aws(shell: Mapping[str, str]) -> None:
    assert of_aws(for_templates(shell)) == {}
    tests = for_tests({**shell, "DIGITS_ENVIRONMENT": "prod", "NO_PROXY": "corp.example", "no_proxy": ""})
    assert set(of_aws(tests)) == {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"}
    assert "DIGITS_ENVIRONMENT" not in tests
    assert tests["NO_PROXY"] == tests["no_proxy"] == "corp.example,localhost,127.0.0.1"


def test_the_cli_finds_our_programs_without_a_path() -> None:
    folders = for_cdk({})["PATH"].split(os.pathsep)
    assert folders[0] == str(Path(sys.executable).parent)
    assert (Path(folders[1]) / "node").exists()


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://abc.execute-api.eu-west-1.amazonaws.com/v1", HOSTILE["https_proxy"]),
        ("https://inside.corp.example/v1", None),
        ("http://localhost:4566/_aws/execute-api/abc", None),
        ("http://127.0.0.1:4566/", None),
    ],
)
def test_the_api_is_asked_through_the_proxy(
    url: str, proxy: str | None, shell: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, ".corp.example")
    assert "HTTPS_PROXY" in shell
    assert proxy_for(url) == proxy


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii", "utf-8"])
def test_what_a_terminal_cannot_show_is_a_question_mark(encoding: str) -> None:
    program = "from training.common.terminal import prepare_terminal as p; p(); print('\\u00b5 \\u2840')"
    variables = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=variables, capture_output=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "\u00b5 \u2840".encode(encoding, errors="replace"))


def test_every_checkout_has_the_same_line_ends() -> None:
    command = ["git", "ls-files", "--eol"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line for line in listed if "eol=lf" not in line or line.startswith("i/crlf")] == []
