"""Open the walkthrough in JupyterLab, where the emulator stands in for AWS: `python -m tools.lab`, or `make lab`.

The kernel has the rights of the notebook instance and no others. With `DIGITS_ENVIRONMENT` set to `dev` or `prod` it
talks to AWS instead, with the credentials of this shell. Further words are options of `jupyter lab`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.command_line import parser_of
from tools.deployment import FAILURES, ROOT, DeploymentError, stack_outputs
from tools.local import local_deployment, running_emulator
from tools.notebook import WALKTHROUGH, credentials_of_notebook, kernel_variables
from training.common.terminal import prepare_terminal

LAB_PYTHON = ROOT / ".venv-lab/bin/python"


def lab_command(arguments: Sequence[str], *, python: Path = LAB_PYTHON) -> list[str]:
    """The program that is JupyterLab with the walkthrough open, on this machine's own address only.

    Raises
    ------
    DeploymentError
        When its environment is not installed.
    """
    if not python.exists():
        msg = f"JupyterLab is not installed in {python.parent.parent.name}: run 'make lab', which installs it"
        raise DeploymentError(msg)
    where = [str(WALKTHROUGH.relative_to(ROOT)), "--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={ROOT}"]
    return [str(python), "-m", "jupyterlab", *where, *arguments]


def lab_variables() -> dict[str, str]:
    """The process environment of JupyterLab and its kernels.

    Raises
    ------
    DeploymentError
        When the emulator does not run or has nothing deployed.
    """
    environment = os.environ.get("DIGITS_ENVIRONMENT", "local")
    if environment != "local":
        return {**os.environ, "PYTHONPATH": str(ROOT)}
    deployment = local_deployment(running_emulator())
    if not stack_outputs(deployment, "notebook"):
        msg = "nothing is deployed into the emulator: run 'make up' first, then 'make lab' again"
        raise DeploymentError(msg)
    return kernel_variables(deployment, credentials_of_notebook(deployment))


def main(arguments: list[str]) -> int:
    """Run JupyterLab until it ends; returns its exit code."""
    prepare_terminal()
    parser = parser_of("tools.lab", __doc__)
    parser.epilog = "Other arguments are those of 'jupyter lab', such as --no-browser."
    _, options = parser.parse_known_args(arguments)
    try:
        command = lab_command(options)
        return subprocess.run(command, cwd=ROOT, env=lab_variables(), check=False).returncode
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
