"""Which Node.js the CDK runs in: that of the environment, of the system, or none, which is said in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stacks.shared.node import node_binary, node_wheel

ROOT = Path(__file__).resolve().parents[2]
FIND = "from stacks.shared.node import node_binary; print(node_binary())"


def find_without_the_wheel(path: Path) -> subprocess.CompletedProcess[str]:
    """Look for it with a Python that sees no installed packages."""
    command = [sys.executable, "-S", "-c", FIND]
    return subprocess.run(command, cwd=ROOT, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_the_wheel_comes_first() -> None:
    assert node_binary().is_file()
    assert node_binary().parent.parent == node_wheel()


def test_without_the_wheel_it_is_the_one_of_the_path(tmp_path: Path) -> None:
    (tmp_path / "node").write_text("")
    (tmp_path / "node").chmod(0o755)
    assert find_without_the_wheel(tmp_path).stdout.strip() == str(tmp_path / "node")


def test_without_any_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    done = find_without_the_wheel(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: Node.js is not installed: install Node.js 22 or newer")
