"""Deploy to AWS, or remove it: `python -m tools.deploy ENVIRONMENT [--destroy]`, what `make deploy` runs.

Uses the credentials that the AWS clients find, in the account and region of `stacks/settings.py`. Storage,
training and identity are never removed from here: they hold the data, the models and their registry, and the accounts
of people, and are protected against it. Of a preview (`--name pr12`) everything is removed.
"""

from __future__ import annotations

import argparse
import sys

from contract.manifest import read_manifest
from stacks.previews import is_preview
from stacks.settings import Settings, settings_for
from tools.approval import (
    Approval,
    approve,
    deployed_templates,
    refuse_what_aws_refuses,
    review_deployment,
    wanted_templates,
)
from tools.deployment import (
    FAILURES,
    HOW_TO_GET_A_MANIFEST,
    KEPT,
    Deployment,
    DeploymentError,
    api_client,
    api_url,
    deploy,
    destroy,
    stack_outputs,
    synthesise,
    synthesised_parts,
)
from tools.environments import add_environment, aws_deployment, check_account, chosen_environment
from tools.left_out import remove_left_out, tell_left_out
from tools.leftovers import unprotect_failed_creations
from tools.preflight.check import State
from tools.preflight.report import as_text, summary
from tools.preflight.run import preflight
from tools.previews import remove_preview
from tools.review.change import Risk
from tools.review.differences import DifferenceError
from tools.review.templates import TemplateError
from tools.scaling_change import scaled_and_changed, take_scaling_out
from tools.site_publishing import publish as publish_site
from training.common.terminal import prepare_terminal


def prepare(deployment: Deployment, settings: Settings, approval: Approval, *, despite_preflight: bool = False) -> None:
    """Check the account, show the changes, and ask for confirmation.

    Parameters
    ----------
    deployment, settings
        What was synthesised, and its environment.
    approval
        How changes are confirmed.
    despite_preflight
        Whether to go on where the preflight says that the deployment would fail.

    Raises
    ------
    DeploymentError
        If the account lacks something, AWS would refuse the change, or it is not confirmed.
    """
    wanted = wanted_templates(deployment)
    deployed = deployed_templates(deployment, wanted)
    checks = list(preflight(deployment, settings, deployment.assembly, wanted, deployed))
    print(
        "\n".join([f"preflight: {summary(checks)}", as_text([each for each in checks if each.state is not State.OK])])
    )
    if any(check.blocks for check in checks) and not despite_preflight:
        msg = (
            f"the deployment of {deployment.environment} would fail: resolve the problems above first, "
            "or use --despite-preflight"
        )
        raise DeploymentError(msg)
    refuse_what_aws_refuses(deployed, wanted)
    found = review_deployment(deployment.environment, deployed, wanted)
    approve(found, approval, name=deployment.environment, new=set(wanted) - set(deployed))
    for stack in unprotect_failed_creations(deployment.client("cloudformation"), wanted):
        print(f"switched the termination protection of {stack} off, whose creation failed before")
    for stack, template in wanted.items():
        for endpoint in scaled_and_changed(deployed.get(stack, {}), template):
            print(
                f"Removing the scaling of {endpoint} during the update, because SageMaker refuses another instance type"
            )
            take_scaling_out(deployment.client("cloudformation"), stack)


def deploy_and_check(deployment: Deployment) -> None:
    """Deploy in order, ask the API which model it serves, and publish the page."""
    deploy(deployment)
    settings = settings_for(deployment.environment)
    if settings.services:
        check_model(deployment)
    if settings.parts.people:
        print(f"The page is at {publish_site(deployment)}")
        print(f"Create users with: python -m tools.people {deployment.environment} EMAIL")
    tell_left_out(deployment)


def check_model(deployment: Deployment) -> None:
    """Ask the API for services which model it serves."""
    answer = api_client(deployment).model()
    wanted = read_manifest(deployment.manifest, how_to_get=HOW_TO_GET_A_MANIFEST).artifact.sha256
    if answer.status != 200 or answer.json()["sha256"] != wanted:
        msg = f"GET {api_url(deployment)}/model answered {answer.status} {answer.body[:300]!r}, expected model {wanted}"
        raise DeploymentError(msg)
    print(f"\nDeployed model {wanted[:12]}. The API is at {api_url(deployment)}")


def remove(deployment: Deployment) -> None:
    """Remove what serves, streams and is worked with; say what stays."""
    remove_left_out(deployment)
    destroy(deployment, *(part for part in synthesised_parts(deployment) if part not in KEPT))
    bucket = stack_outputs(deployment, "storage").get("BucketName")
    if bucket:
        print(f"\nThe bucket {bucket} with data and models stays, in stack {deployment.stack('storage')}.")
    if stack_outputs(deployment, "training"):
        print(f"The registry of models stays, in stack {deployment.stack('training')}.")
    if stack_outputs(deployment, "identity"):
        print(f"The user accounts are retained, in stack {deployment.stack('identity')}.")
    if settings_for(deployment.environment).training.starts_by_itself:
        print("Its pipeline still has triggers: remove schedule and on_new_data from stacks/settings.py and deploy.")


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(
        prog="python -m tools.deploy", description="Deploy to AWS, or remove the deployment."
    )
    add_environment(parser)
    parser.add_argument(
        "--yes", action="store_true", help="do not ask for confirmation; refuse changes that can lose data"
    )
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        choices=[Risk.DATA_LOSS.value],
        help="with --yes: deploy although data can be lost",
    )
    parser.add_argument(
        "--despite-preflight", action="store_true", help="deploy although the preflight reports problems"
    )
    parser.add_argument("--destroy", action="store_true", help="remove the stacks; storage, training and identity stay")
    parser.add_argument(
        "--left-out", action="store_true", help="with --destroy: only stacks that the settings leave out"
    )
    options = parser.parse_args(arguments)
    if options.left_out and not options.destroy:
        parser.error("--left-out limits --destroy: use both")
    settings = settings_for(chosen_environment(parser, options, emulated=False))
    try:
        deployment = aws_deployment(settings)
        check_account(deployment, settings)
        if options.destroy and is_preview(settings.environment):
            remove_preview(deployment)
            return 0
        synthesise(deployment)
        if options.destroy and options.left_out:
            if not remove_left_out(deployment):
                print(f"{settings.environment} has no stack to remove that the settings leave out")
        elif options.destroy:
            remove(deployment)
        else:
            approval = Approval(asks=not options.yes, accepts=frozenset(map(Risk, options.accept)))
            prepare(deployment, settings, approval, despite_preflight=options.despite_preflight)
            deploy_and_check(deployment)
    except (*FAILURES, DifferenceError, TemplateError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
