"""Start the emulator and deploy the application into it: `python -m tools.local up`.

It serves the model that was trained last (`build/model/manifest.json`), or the manifest that `DIGITS_MANIFEST` names.
Trying things out never touches the promoted manifest in `models/`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from contract.manifest import read_manifest
from stacks.settings import settings_for
from tools.accounts import DEMONSTRATION, make_account
from tools.command_line import parser_of
from tools.deployment import (
    FAILURES,
    HOW_TO_GET_A_MANIFEST,
    ROOT,
    Deployment,
    DeploymentError,
    api_url,
    bootstrap,
    deploy,
    synthesise,
)
from tools.left_out import tell_left_out
from tools.process_environment import adopt, for_emulator
from tools.site_publishing import publish as publish_site
from training.common.terminal import prepare_terminal

DEFAULT_MANIFEST = ROOT / "build/model/manifest.json"


def start_emulator(*options: str) -> dict[str, str]:
    """Start the emulator if it does not run yet, and return the process environment that reaches it.

    Parameters
    ----------
    options
        Further options of `sagemaker-local`, such as `--port 4567`.
    """
    if subprocess.run([sys.executable, "-m", "sagemaker_local", "up", *options], cwd=ROOT, check=False).returncode:
        msg = "the emulator could not be started; see the error above and 'sagemaker-local logs'"
        raise DeploymentError(msg)
    return _variables(*options)


def running_emulator() -> dict[str, str]:
    """The process environment that reaches the emulator of this checkout, which runs.

    Raises
    ------
    DeploymentError
        If none runs.
    """
    status = subprocess.run(
        [sys.executable, "-m", "sagemaker_local", "status"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if status.returncode:
        why = status.stderr.strip() or status.stdout.strip()
        msg = f"start the emulator, and what is deployed into it, with 'make up'; 'sagemaker-local status' says: {why}"
        raise DeploymentError(msg)
    return _variables()


def _variables(*options: str) -> dict[str, str]:
    exports = subprocess.run(
        [sys.executable, "-m", "sagemaker_local", "env", *options], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    variables = for_emulator(os.environ, parse_exports(exports))
    adopt(variables)
    return variables


def parse_exports(text: str) -> dict[str, str]:
    """Read `export NAME=value` lines, quoted for a shell."""
    lines = (shlex.split(line) for line in text.splitlines() if line.startswith("export "))
    return dict(words[1].split("=", 1) for words in lines)


def chosen_manifest() -> Path:
    """The manifest that `DIGITS_MANIFEST` names, or else that of the model that was packaged last."""
    return Path(os.environ.get("DIGITS_MANIFEST", DEFAULT_MANIFEST)).resolve()


def local_deployment(variables: Mapping[str, str], *, manifest: Path | None = None) -> Deployment:
    """The deployment into the emulator that `variables` reaches."""
    chosen = manifest or chosen_manifest()
    read_manifest(chosen, how_to_get=HOW_TO_GET_A_MANIFEST)
    return Deployment(environment="local", manifest=chosen, variables=variables, folder=ROOT / "build/local")


def bring_up(deployment: Deployment) -> str | None:
    """Bootstrap, deploy and publish the page; every step that was done already is quick.

    Returns
    -------
    str or None
        The page's address, None where the settings leave the page out. Otherwise the demonstration's account is there.
    """
    synthesise(deployment)
    bootstrap(deployment)
    deploy(deployment)
    # What the CDK CLI has compressed lies in the emulator's bucket now: 130 MB.
    shutil.rmtree(deployment.assembly / ".cache", ignore_errors=True)
    tell_left_out(deployment)
    if not settings_for(deployment.environment).parts.people:
        return None
    make_account(deployment, DEMONSTRATION)
    return publish_site(deployment)


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = parser_of("tools.local", __doc__)
    parser.add_argument("command", choices=["up"], help="start the emulator if it does not run, and deploy")
    parser.parse_args(arguments)
    try:
        read_manifest(chosen_manifest(), how_to_get=HOW_TO_GET_A_MANIFEST)
        deployment = local_deployment(start_emulator())
        site = bring_up(deployment)
        print(f"\nThe API is at {api_url(deployment)}")
        if site:
            print(f"The page is at {site}   (sign in as {DEMONSTRATION.email}, password {DEMONSTRATION.password})")
        print("Stop it with: make down")
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: 'make up' continues, 'make down' stops the emulator", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
