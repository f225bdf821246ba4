"""The locked packages of functions as a layer, so that a change of a function's code deploys no package again.

They are installed without Docker (`locked_packages.py`). A synthesis for review or tests does not install them, and
needs neither the network nor an installer. The folder's identity is the digest of everything that decides its content,
so templates are the same whether it was made or not, and whether uv or pip installed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.bytecode import compile_bytecode
from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import SOURCES
from stacks.shared.function_target import FunctionTarget
from stacks.shared.locked_packages import install_requirements, target_platform

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64

LARGEST_BYTES = 250 * 1024 * 1024
"""Of a function and its layers, unpacked: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
CODE_BYTES = 1024 * 1024
"""What is kept of that for the code of a function."""


@dataclass(frozen=True, kw_only=True)
class FunctionPackages:
    """Packages that functions share.

    Attributes
    ----------
    name
        Of the layer, as the id of a construct.
    requirements
        The file that locks them.
    left_out
        Files and folders of the packages that no function uses, as patterns of paths.
    """

    name: str
    requirements: Path
    left_out: tuple[str, ...] = ()

    def digest(self, target: FunctionTarget) -> str:
        """SHA-256 of all that decides the folder: the locked packages, Python, platform, what is left out."""
        identity = (target.value, *target_platform(target), *self.left_out)
        digest = hashlib.sha256(" ".join(identity).encode())
        digest.update(self.requirements.read_bytes())
        return digest.hexdigest()


def packages_layer(scope: Construct, packages: FunctionPackages, settings: Settings) -> lambda_.LayerVersion:
    """The layer of these packages in the stack of a construct, one for all its functions."""
    stack = cdk.Stack.of(scope)
    found = stack.node.try_find_child(packages.name)
    if isinstance(found, lambda_.LayerVersion):
        return found
    return lambda_.LayerVersion(
        stack,
        packages.name,
        description=f"Locked packages of functions: {packages.requirements.name}",
        code=lambda_.Code.from_asset(
            str(SOURCES),
            asset_hash=packages.digest(settings.function_target),
            asset_hash_type=cdk.AssetHashType.CUSTOM,
            bundling=cdk.BundlingOptions(
                image=cdk.DockerImage.from_registry("unused"),
                local=PackagesBundle(packages, settings.function_target),
            ),
        ),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
    )


@jsii.implements(cdk.ILocalBundling)
class PackagesBundle:
    """Makes the folder of a layer for the CDK, in place of a Docker container.

    Parameters
    ----------
    packages
        What to install.
    target
        Where it will run: Lambda's Arm machines, or the emulator, which runs functions in its own Python.
    """

    def __init__(self, packages: FunctionPackages, target: FunctionTarget) -> None:
        self._packages = packages
        self._target = target

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Make the folder at `output_dir`; True says that it was done."""
        # https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
        output = Path(output_dir) / "python"
        install_requirements(self._packages.requirements, output, self._target)
        leave_out(output, self._packages.left_out)
        compile_bytecode(output, self._target, deployed_at="/opt/python")
        check_size(output)
        return True


def leave_out(output: Path, patterns: Sequence[str]) -> None:
    """Remove from a folder what matches one of the patterns.

    Raises
    ------
    ConfigurationError
        If nothing matches a pattern: the package has changed, and the pattern with it.
    """
    for pattern in patterns:
        found = list(output.glob(pattern))
        if not found:
            msg = f"no locked package has {pattern!r}; correct what is left out of them beside their FunctionPackages"
            raise ConfigurationError(msg)
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def check_size(output: Path) -> None:
    """Refuse packages that Lambda would refuse, before anything is uploaded.

    Raises
    ------
    ConfigurationError
        If they leave no room for the code of a function.
    """
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    largest = LARGEST_BYTES - CODE_BYTES
    if size > largest:
        msg = (
            f"the packages of a function have {size} bytes unpacked; at most {largest} leave room for its code: leave "
            "out what it does not need, beside its FunctionPackages"
        )
        raise ConfigurationError(msg)
