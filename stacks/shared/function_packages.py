"""The locked packages of functions as a layer, so that a change of a function's code deploys no package again.

Their digest is that of everything that decides what is installed, so it does not matter whether uv or pip installs.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.built_code import built_code
from stacks.shared.bytecode import compile_bytecode
from stacks.shared.errors import ConfigurationError
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

    def build(self, output: Path, target: FunctionTarget) -> None:
        """Install the packages into the folder of a layer: for Lambda's Arm machines, or for the emulator's Python.

        Raises
        ------
        ConfigurationError
            If they cannot be installed, or are more than Lambda takes.
        """
        # https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
        folder = output / "python"
        install_requirements(self.requirements, folder, target)
        leave_out(folder, self.left_out)
        compile_bytecode(folder, target, deployed_at="/opt/python")
        check_size(folder)


def packages_layer(scope: Construct, packages: FunctionPackages, settings: Settings) -> lambda_.LayerVersion:
    """The layer of these packages in the stack of a construct, one for all its functions."""
    stack, target = cdk.Stack.of(scope), settings.function_target
    found = stack.node.try_find_child(packages.name)
    if isinstance(found, lambda_.LayerVersion):
        return found
    return lambda_.LayerVersion(
        stack,
        packages.name,
        description=f"Locked packages of functions: {packages.requirements.name}",
        code=built_code(packages.digest(target), lambda output: packages.build(output, target)),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
    )


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
