"""Ctrl-C that nothing handles ends every program with one word and by the signal, whatever ends along with it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STARTS_THE_CDK = """
import runpy, sys

class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "aws_cdk":
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "prepare",
    [
        "from contract.interrupts import end_with_a_word as prepare",
        "from training.common.terminal import prepare_terminal as prepare",
    ],
)
def test_it_is_a_word_and_no_traceback(prepare: str) -> None:
    ended = run(f"{prepare}; prepare(); raise KeyboardInterrupt")
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "interrupted\n")
    ended = run(f"{prepare}; prepare(); raise ValueError(7)")
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "ValueError: 7")


def test_what_fails_at_the_exit_says_nothing_more() -> None:
    """jsii closes the pipe to a process that the same Ctrl-C has ended."""
    ended = run(
        "import atexit; atexit.register(lambda: 1 / 0);"
        "from contract.interrupts import end_with_a_word; end_with_a_word(); raise KeyboardInterrupt"
    )
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "interrupted\n")


@pytest.mark.parametrize("program", ["app.py", "tools/github_app.py"])
def test_the_applications_of_the_cdk_do_so_from_the_start(program: str) -> None:
    ended = run(f"{STARTS_THE_CDK}\nrunpy.run_path({program!r}, run_name='__main__')")
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "interrupted\n")
