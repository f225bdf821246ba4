"""A real synthesis in its own process: nothing but the two variables comes in, and the same bytes come out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app import main
from stacks.shared.node import node_binary
from tests.support.assemblies import MANIFEST, PARTS, ROOT, Assembly, context


def run_app(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run app.py with an environment that has no credentials, no home and proxies that lead nowhere."""
    nowhere = "http://127.0.0.1:9"
    environment = {
        "JSII_NODE": str(node_binary()),
        "CDK_CONTEXT_JSON": json.dumps({**context(), "aws:cdk:version-reporting": False}),
        "CDK_OUTDIR": str(folder / "cdk.out"),
        "HOME": str(folder),
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        **variables,
    }
    command = [sys.executable, str(ROOT / "app.py")]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_same_bytes_in_another_process_with_validation(prod: Assembly, tmp_path: Path) -> None:
    # The other one ran with another hash seed, time zone and home, and without CloudFormation's validation.
    variables = {"DIGITS_ENVIRONMENT": "prod", "DIGITS_MANIFEST": str(MANIFEST)}
    done = run_app(tmp_path, **variables, PYTHONHASHSEED="7", TZ="Pacific/Kiritimati")
    assert done.returncode == 0, done.stderr
    for part in PARTS:
        written = (tmp_path / "cdk.out" / prod.template_path(part).name).read_bytes()
        assert written == prod.template_path(part).read_bytes()
    assert json.loads((tmp_path / "cdk.out/validation-report.json").read_text())["pluginReports"] == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DIGITS_ENVIRONMENT", "staging", "error: DIGITS_ENVIRONMENT is 'staging'; allowed is one of local, dev, prod"),
        (
            "DIGITS_MANIFEST",
            "none.json",
            "error: there is no manifest of a model at none.json; run 'python -m ",
        ),
    ],
)
def test_bad_input_is_a_sentence(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CDK_OUTDIR", str(tmp_path / "cdk.out"))
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as caught:
        main()
    assert str(caught.value).startswith(sentence)
    assert not (tmp_path / "cdk.out").exists()
