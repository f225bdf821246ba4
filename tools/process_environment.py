"""What our programs and AWS clients take over from the shell that they are started in, in one place.

A shell is somebody's: its proxies, its `AWS_PROFILE`, its other region, its own emulator. What goes to the emulator of
this checkout takes over nothing of AWS and passes no proxy on the way there; what writes templates takes over nothing
of AWS or the CDK; what goes to AWS takes over everything, for there the shell is what says who and how.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stacks.shared.node import node_binary

_OF_AWS = ("AWS_", "CDK_")
_OF_THIS_PROJECT = ("DIGITS_", "SAGEMAKER_LOCAL_")
_NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
_PROGRAMS = {"PYTHONUTF8": "1"}
"""Files, and what our programs say to each other, are UTF-8 whatever a terminal shows."""


def for_emulator(shell: Mapping[str, str], exports: Mapping[str, str]) -> dict[str, str]:
    """The environment of what talks to the emulator.

    Parameters
    ----------
    shell
        The environment of this process.
    exports
        What `sagemaker-local env` prints: address, keys, region, and who is not asked through a proxy.
    """
    return {**_without(shell, _OF_AWS), **_NO_FILES, **_PROGRAMS, **exports}


def for_aws(shell: Mapping[str, str], region: str) -> dict[str, str]:
    """The environment of what talks to AWS: credentials, profile and proxies of the shell, region of the settings.

    Keys win over a profile, for all programs: by themselves boto3 prefers the keys and the CDK CLI the profile.
    """
    named = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} if shell.get("AWS_ACCESS_KEY_ID") else set()
    kept = {name: value for name, value in shell.items() if name not in named}
    return {**kept, **_PROGRAMS, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def for_templates(shell: Mapping[str, str]) -> dict[str, str]:
    """The environment of what writes templates: no account, no region and no credentials."""
    return {**_without(shell, _OF_AWS), **_PROGRAMS}


def for_tests(shell: Mapping[str, str]) -> dict[str, str]:
    """The environment of tests: nothing of AWS or of this project's own variables, and no proxy on this machine."""
    kept = _without(shell, (*_OF_AWS, *_OF_THIS_PROJECT))
    excepted = ",".join(filter(None, (shell.get("no_proxy") or shell.get("NO_PROXY"), "localhost", "127.0.0.1")))
    return {**kept, **_NO_FILES, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": excepted, "no_proxy": excepted}


def for_node(variables: Mapping[str, str]) -> dict[str, str]:
    """The same for a program of Node: our `node` first on the path, and the one that jsii uses."""
    binary = node_binary()
    path = f"{binary.parent}{os.pathsep}{variables.get('PATH', os.defpath)}"
    return {**variables, "JSII_NODE": str(binary), "PATH": path}


def for_cdk(variables: Mapping[str, str]) -> dict[str, str]:
    """The same for the CDK CLI: our Python first on the path, and no talk about newer versions.

    npm's newest `aws-cdk` is an older build that cannot read what today's library writes.
    """
    found = for_node(variables)
    quiet = {"CDK_DISABLE_VERSION_CHECK": "1", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    return {**quiet, **found, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}"}


def adopt(variables: Mapping[str, str]) -> None:
    """Make these the variables of this process, so that its own AWS clients see what its programs see."""
    os.environ.clear()
    os.environ.update(variables)


def _without(variables: Mapping[str, str], beginnings: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(beginnings)}
