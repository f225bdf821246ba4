"""CloudFormation's own schemas and cfn-lint's rules, informational ones too, find nothing in any template."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.assemblies import Assembly

pytestmark = pytest.mark.slow

ACCEPTED = {
    "I1022": "the CDK joins texts with Fn::Join, where people would write Fn::Sub",
    "W3005": "the CDK writes every DependsOn out, also where a reference says the same",
}
"""Rules that are not held against the templates, and why."""


def test_nothing_is_found(assembly: Assembly) -> None:
    program = Path(sys.executable).with_name("cfn-lint")
    templates = sorted(map(str, assembly.folder.glob("*.template.json")))
    command = [str(program), "--include-checks", "I", "--ignore-checks", *ACCEPTED, "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
