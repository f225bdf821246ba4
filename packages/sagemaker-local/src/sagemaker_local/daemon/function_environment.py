"""The interpreter of the emulated Lambda functions: this Python, the AWS SDK, and no other package of the daemon.

AWS's Python runtimes bring boto3 and what that needs; everything else has to be in a function's bundle or its layers.
So functions get a virtual environment of their own, into which these distributions are linked from the daemon's.
Nothing is downloaded or copied, and it takes a tenth of a second, so every start makes it anew.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
"""

from __future__ import annotations

import importlib.metadata
import re
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

# What the runtimes bring; what that requires is found out.
SDK = "boto3"


def make(folder: Path, packages: Iterable[str] = (SDK,)) -> Path:
    """Make the environment, in the place of an earlier one.

    Parameters
    ----------
    folder
        Where it is made.
    packages
        Distributions of the daemon's environment that functions see, with what they require.

    Returns
    -------
    Path
        Its interpreter.

    Raises
    ------
    PackageNotFoundError
        When the daemon's environment does not have one of them.
    """
    distributions = closure(packages).values()
    venv.EnvBuilder(clear=True, symlinks=True).create(folder)
    site_packages = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    for distribution in distributions:
        for name in _top_level(distribution):
            (site_packages / name).symlink_to(Path(str(distribution.locate_file(name))).resolve())
    return folder / "bin" / "python"


def closure(packages: Iterable[str]) -> dict[str, Distribution]:
    """Distributions and everything that they require on this machine, by their names.

    What an extra or another platform would need is not installed for them, and not looked for.

    Raises
    ------
    PackageNotFoundError
        When one of `packages` is not installed.
    """
    found: dict[str, Distribution] = {}
    waiting = [importlib.metadata.distribution(name) for name in packages]
    while waiting:
        distribution = waiting.pop()
        name = distribution.metadata["Name"]
        if name not in found:
            found[name] = distribution
            waiting += _required(distribution)
    return found


def _required(distribution: Distribution) -> Iterable[Distribution]:
    for requirement in distribution.requires or ():
        name = re.match(r"[\w.-]+", requirement)
        if name is None or re.search(r";.*\bextra\b", requirement):
            continue
        try:
            yield importlib.metadata.distribution(name[0])
        except PackageNotFoundError:  # of another platform or version of Python
            continue


def _top_level(distribution: Distribution) -> set[str]:
    """The entries of a distribution in `site-packages`; scripts lie elsewhere."""
    inside = {file.parts[0] for file in distribution.files or () if not file.is_absolute()}
    return inside - {"..", "__pycache__"}
