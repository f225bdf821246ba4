"""Create a user account for the web page: `python -m tools.people ENVIRONMENT EMAIL [--again]`."""

from __future__ import annotations

import argparse
import sys

from tools.accounts import DEMONSTRATION, Account, email_address, invite, make_account
from tools.deployment import FAILURES
from tools.environments import add_environment, chosen_environment, deployment_with
from training.common.terminal import prepare_terminal


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(
        prog="python -m tools.people", description="Create a user account for the web page."
    )
    add_environment(parser)
    parser.add_argument("email", type=email_address, help="e-mail address of the user, also the sign-in name")
    parser.add_argument("--again", action="store_true", help="send the invitation again; it expires after three days")
    options = parser.parse_args(arguments)
    try:
        deployment = deployment_with(chosen_environment(parser, options), "people", subject="users and no page")
        if deployment.is_emulated:
            make_account(deployment, Account(email=options.email, password=DEMONSTRATION.password))
            print(f"{options.email} may sign in with the password {DEMONSTRATION.password}")
        else:
            invite(deployment, options.email, again=options.again)
            print(f"{options.email} gets a temporary password by e-mail; send them the address of the page, too")
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
