"""The web page by hand: `python -m tools.site build|publish ENVIRONMENT`.

`build` makes it in `build/ENVIRONMENT/web`; `publish` does so too and puts it where it is served from. A deployment by
`make deploy`, `make up` or `make demo` publishes it by itself; after a plain `cdk deploy` it is done with this.
"""

from __future__ import annotations

import argparse
import sys

from tools.deployment import FAILURES
from tools.environments import add_environment, chosen_environment, deployment_with
from tools.site_publishing import build, publish
from training.common.terminal import prepare_terminal


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.site", description="Build the web page and publish it.")
    parser.add_argument("action", choices=["build", "publish"])
    add_environment(parser)
    options = parser.parse_args(arguments)
    try:
        deployment = deployment_with(chosen_environment(parser, options), "people", subject="page")
        if options.action == "build":
            print(f"The page is in {build(deployment)}")
        else:
            print(f"The page is at {publish(deployment)}")
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
