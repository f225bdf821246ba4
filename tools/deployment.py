"""Deploy the application in its order: storage, the model artifact, then everything else; and see that it is good.

The same steps for AWS and for the emulator. What differs is the `Deployment` value: which environment, which manifest,
and the variables with which the AWS clients find their way. The CDK CLI does the work; its own words are shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from botocore.session import Session
from urllib3.exceptions import HTTPError

from contract.errors import ContractError
from tools.api_client import ApiClient
from tools.outdated_references import outdated, templates_in, updated_at
from tools.programs import ROOT as ROOT
from tools.programs import run, run_briefly
from tools.retired import find_retired, owned_by, remove_retired

HOW_TO_GET_A_MANIFEST = "run 'make train' first, or name another manifest with DIGITS_MANIFEST"

LOOPBACK = ("localhost", "127.0.0.1")

_REMOVAL = (
    "operations",
    "notebook",
    "api",
    "upload",
    "web",
    "identity",
    "inference",
    "stream",
    "training",
    "storage",
)


KEPT = ("identity", "training", "storage")
"""Parts that hold what cannot be made again. They cost nothing but what the bucket holds."""


class DeploymentError(Exception):
    """A step failed; the text is one sentence for the user."""


FAILURES = (DeploymentError, ContractError, BotoCoreError, ClientError, HTTPError)
"""What a step may raise, to be said in a sentence by the program that runs the steps."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One environment of the application, and how to reach it.

    Attributes
    ----------
    environment
        Its name, that of a preview too.
    manifest
        The manifest of the model to serve.
    variables
        The process environment for every program that is started: credentials, region, endpoint URL.
    folder
        Where the cloud assembly and the outputs of the stacks are written.
    """

    environment: str
    manifest: Path
    variables: Mapping[str, str]
    folder: Path

    @property
    def is_emulated(self) -> bool:
        """Whether this goes to the emulator, which is on this machine, rather than to AWS."""
        address = urlsplit(self.variables.get("AWS_ENDPOINT_URL", ""))
        return self.environment == "local" or address.hostname in LOOPBACK

    @property
    def assembly(self) -> Path:
        """The folder of the synthesised templates and assets."""
        return self.folder / "cdk.out"

    def stack(self, part: str) -> str:
        """Name of the stack of a part, such as `storage`."""
        return f"digits-{self.environment}-{part}"

    @property
    def program_variables(self) -> dict[str, str]:
        """The process environment of a program of this project, which is told where and with which model it works."""
        own = {"DIGITS_ENVIRONMENT": self.environment, "DIGITS_MANIFEST": str(self.manifest)}
        return {**self.variables, **own}

    def session(self) -> Session:
        """A botocore session with this deployment's credentials and region."""
        session = Session()
        session.set_config_variable("region", self.variables["AWS_REGION"])
        if "AWS_ACCESS_KEY_ID" in self.variables:
            session.set_credentials(
                self.variables["AWS_ACCESS_KEY_ID"],
                self.variables["AWS_SECRET_ACCESS_KEY"],
                self.variables.get("AWS_SESSION_TOKEN"),
            )
        return session

    def client(self, service: str) -> Any:
        """A botocore client of this deployment, for `service`."""
        # A proxy of the surroundings leads nowhere when the other side is on this machine.
        config = Config(proxies={}) if self.is_emulated else None
        return self.session().create_client(service, endpoint_url=self.variables.get("AWS_ENDPOINT_URL"), config=config)


def synthesise(deployment: Deployment) -> None:
    """Write the templates and assets of the environment, once for all the steps that follow."""
    _cdk(deployment, "synth", "--quiet", "--output", str(deployment.assembly))


def bootstrap(deployment: Deployment) -> None:
    """Run `cdk bootstrap` unless the account and region have it already."""
    if _stack_outputs(deployment, "CDKToolkit"):
        return
    _cdk(deployment, "bootstrap", *_from_assembly(deployment))


def deploy(deployment: Deployment) -> None:
    """Deploy storage, publish the model artifact into it, deploy and check the endpoint, then deploy the rest.

    The functions are told of another model when the endpoint has been seen to run it, and not if it was rolled back.
    Stacks whose weak references may have another value now are deployed once more, and what the update of the endpoint
    replaced is removed at the end.

    Raises
    ------
    DeploymentError
        When a step fails, or the endpoint does not run the configuration that was deployed.
    """
    _deploy_stacks(deployment, deployment.stack("storage"))
    publish(deployment)
    _deploy_stacks(deployment, deployment.stack("inference"))
    check_endpoint(deployment)
    _deploy_stacks(deployment, "--all")
    _deploy_consumers(deployment)
    remove_replaced(deployment)


def publish(deployment: Deployment) -> None:
    """Put the artifact of the manifest into the bucket of the environment; nothing happens if it is there."""
    _run(deployment, "training", "publish", "--manifest", str(deployment.manifest))


def destroy(deployment: Deployment, *parts: str) -> None:
    """Remove the stacks of `parts`; what is retained by its policy stays."""
    stacks = [deployment.stack(part) for part in parts]
    _cdk(deployment, "destroy", *stacks, "--force", *_from_assembly(deployment))
    if "inference" in parts:
        remove_replaced(deployment)


def remove_replaced(deployment: Deployment) -> None:
    """Remove the roles, models and configurations that the endpoint ran once and that CloudFormation kept."""
    sagemaker, iam = deployment.client("sagemaker"), deployment.client("iam")
    owned = owned_by(deployment.client("cloudformation"), deployment.stack("inference"))
    retired = find_retired(sagemaker, iam, deployment.stack("").rstrip("-"), owned)
    remove_retired(sagemaker, iam, retired)
    if len(retired):
        print(f"Removed what the endpoint ran before: {', '.join((*retired.configurations, *retired.models))}")


def synthesised_parts(deployment: Deployment) -> list[str]:
    """The parts whose stacks are in the assembly, such as `api`, in the order in which they are removed.

    What others were made from comes last.
    """
    artifacts = json.loads((deployment.assembly / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    prefix = deployment.stack("")
    parts = {name.removeprefix(prefix) for name in artifacts if name.startswith(prefix) and "." not in name}
    return sorted(parts, key=lambda part: _REMOVAL.index(part) if part in _REMOVAL else -1)


def deployed_parts(deployment: Deployment) -> list[str]:
    """The parts whose stacks are deployed, in the order in which they are removed."""
    return [part for part in _REMOVAL if _described(deployment, deployment.stack(part)) is not None]


def delete_stack(deployment: Deployment, part: str) -> None:
    """Delete the stack of a part, whether or not the application has it still, and wait until it is gone.

    Raises
    ------
    DeploymentError
        If CloudFormation does not delete it, such as one that another stack still uses.
    """
    cloudformation, stack = deployment.client("cloudformation"), deployment.stack(part)
    cloudformation.delete_stack(StackName=stack)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)
    except WaiterError as error:
        msg = f"CloudFormation did not delete {stack} ({error}): read the reason in its events, then try again"
        raise DeploymentError(msg) from error


def check_endpoint(deployment: Deployment) -> None:
    """Compare the configuration that the endpoint runs with the one that was deployed.

    SageMaker can return to the old configuration by itself when an update goes wrong, and call the endpoint
    `InService`; only the name of the configuration tells.
    """
    wanted = _stack_outputs(deployment, deployment.stack("inference"))
    endpoint = deployment.client("sagemaker").describe_endpoint(EndpointName=wanted["EndpointName"])
    running, status = endpoint["EndpointConfigName"], endpoint["EndpointStatus"]
    if (running, status) != (wanted["EndpointConfigName"], "InService"):
        msg = (
            f"endpoint {wanted['EndpointName']} is {status} with configuration {running}, "
            f"but {wanted['EndpointConfigName']} was deployed: the update was rolled back, and the old model serves; "
            f"read the logs in /aws/sagemaker/Endpoints/{wanted['EndpointName']}, then promote another model, or the "
            "one before, and deploy again"
        )
        raise DeploymentError(msg)


def api_url(deployment: Deployment) -> str:
    """Address of the deployed stage of the API. The emulator serves every API under one path."""
    outputs = _stack_outputs(deployment, deployment.stack("api"))
    if not deployment.is_emulated:
        return outputs["ApiUrl"].rstrip("/")
    return f"{deployment.variables['AWS_ENDPOINT_URL']}/_aws/execute-api/{outputs['ApiId']}/{outputs['StageName']}"


def api_client(deployment: Deployment) -> ApiClient:
    """A client of the deployed API that signs with this deployment's credentials."""
    return ApiClient(api_url(deployment), deployment.session())


def stack_outputs(deployment: Deployment, part: str) -> dict[str, str]:
    """The outputs of a part's stack, by name; empty when it is not deployed."""
    return _stack_outputs(deployment, deployment.stack(part))


def _described(deployment: Deployment, name: str) -> dict[str, Any] | None:
    try:
        (stack,) = deployment.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stack)


def _stack_outputs(deployment: Deployment, name: str) -> dict[str, str]:
    stack = _described(deployment, name) or {}
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _deploy_stacks(deployment: Deployment, *selection: str) -> None:
    # The emulator skips a change set that changes outputs only, so there the CLI updates the stacks directly.
    method = ["--method=direct"] if deployment.is_emulated else []
    # Whoever deploys has agreed to the review before (`tools/approval.py`); the CLI would ask for each stack.
    _cdk(deployment, "deploy", *selection, *method, "--require-approval", "never", *_from_assembly(deployment))


def _deploy_consumers(deployment: Deployment) -> None:
    """Deploy the stacks again that may have old values of weak references, and then those that refer to these."""
    templates = templates_in(deployment.assembly)
    looked_up: dict[str, datetime] = {}
    for _ in templates:
        found = {name: stack for name in templates if (stack := _described(deployment, name)) is not None}
        stacks = outdated(templates, found, looked_up)
        if not stacks:
            break
        print(f"Deploying once more what may refer to something that was replaced: {', '.join(stacks)}", flush=True)
        _deploy_stacks(deployment, *stacks, "--exclusively", "--force")
        looked_up |= dict.fromkeys(stacks, max(map(updated_at, found.values())))


def _from_assembly(deployment: Deployment) -> list[str]:
    return ["--app", str(deployment.assembly)]


def _cdk(deployment: Deployment, *arguments: str) -> None:
    _run(deployment, "tools.cdk", *arguments, briefly=deployment.is_emulated)


def _run(deployment: Deployment, module: str, *arguments: str, briefly: bool = False) -> None:
    code = (run_briefly if briefly else run)(module, arguments, deployment.program_variables)
    if code:
        command = f"python -m {module} {' '.join(arguments[:2])}"
        msg = f"'{command}' ended with exit code {code}; its output is above"
        raise DeploymentError(msg)
