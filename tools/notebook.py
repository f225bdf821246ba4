"""Run the walkthrough against the emulator and write what came out into it: `python -m tools.notebook`.

It runs with the rights of the deployed notebook instance's role and no others: in the emulator nobody can take on the
role itself, so a user is made that has the same policies. What tells one run from another (when a cell ran, on which
Python) is left out, so that only what changed is in the difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.command_line import take_no_options
from tools.deployment import FAILURES, ROOT, Deployment, stack_outputs
from tools.local import bring_up, local_deployment, start_emulator
from training.common.terminal import prepare_terminal

WALKTHROUGH = ROOT / "notebooks/walkthrough.ipynb"
USER = "walkthrough"
LOCAL_KERNEL = "python3"
_CELL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A key of the emulated account."""

    key: str
    secret: str

    def variables(self) -> dict[str, str]:
        """What the AWS clients read."""
        return {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}


def credentials_of_notebook(deployment: Deployment) -> Credentials:
    """A user with exactly the policies of the notebook's role, created again each time."""
    iam = deployment.client("iam")
    role = stack_outputs(deployment, "notebook")["NotebookRoleArn"].rpartition("/")[2]
    remove_user(iam)
    iam.create_user(UserName=USER)
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        iam.put_user_policy(UserName=USER, PolicyName=policy, PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    return Credentials(key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def remove_user(iam: Any) -> None:
    """Remove the user with its keys and policies, if there is one."""
    with suppress(iam.exceptions.NoSuchEntityException):
        for key in iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=USER, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=USER)["PolicyNames"]:
            iam.delete_user_policy(UserName=USER, PolicyName=policy)
        iam.delete_user(UserName=USER)


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, as nbformat's own kind of dictionary."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def execute(path: Path, *, variables: Mapping[str, str], folder: Path) -> NotebookNode:
    """Run every cell in a fresh kernel, and return the notebook with what came out.

    Parameters
    ----------
    path
        The notebook; it is not changed.
    variables
        The process environment of the kernel.
    folder
        Where the kernel works.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails.
    """
    notebook = read_notebook(path)
    client = NotebookClient(
        notebook, timeout=_CELL_SECONDS, kernel_name=LOCAL_KERNEL, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=dict(variables))
    return tidied(notebook)


def tidied(notebook: NotebookNode) -> NotebookNode:
    """Leave out when cells ran and on which Python, and join pieces of output that came one after the other."""
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def kernel_variables(deployment: Deployment, credentials: Credentials) -> dict[str, str]:
    """The process environment of a kernel that knows `training` and reaches the deployment with those credentials."""
    return {
        **deployment.variables,
        **credentials.variables(),
        "PYTHONPATH": str(ROOT),
        "DIGITS_ENVIRONMENT": deployment.environment,
    }


def main() -> int:
    """Deploy into the emulator, run the notebook there and write it; returns the exit code."""
    prepare_terminal()
    take_no_options("tools.notebook", __doc__)
    try:
        deployment = local_deployment(start_emulator())
        bring_up(deployment)
        variables = kernel_variables(deployment, credentials_of_notebook(deployment))
        deployment.folder.mkdir(parents=True, exist_ok=True)
        notebook = execute(WALKTHROUGH, variables=variables, folder=deployment.folder)
    except (*FAILURES, CellExecutionError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    nbformat.write(notebook, WALKTHROUGH)  # type: ignore[no-untyped-call]
    print(f"wrote {WALKTHROUGH.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
