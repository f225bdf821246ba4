"""The documents tell the quotas that the environments really need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.assemblies import Assembly
from tools.preflight.identity import demanded_versions
from tools.preflight.needs import needs
from tools.review.templates import read_folder

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/deploying.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("environment", "column"), [("dev", 0), ("prod", 1)])
def test_the_document_tells_the_same_needs(environment: str, column: int, assemblies: dict[str, Assembly]) -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\d+|-) \| (\d+|-) \|", DOCUMENT, flags=re.MULTILINE)
    told = {name: int(counts[column]) for name, *counts in rows if counts[column] != "-"}
    assembly = assemblies[environment]
    found = needs(assembly.settings, read_folder(assembly.folder), {})
    assert told == {need.quota: need.most for need in found}


def test_every_template_demands_the_bootstrap(assemblies: dict[str, Assembly]) -> None:
    versions = demanded_versions(assemblies["prod"].folder)
    assert list(versions) == ["/cdk-bootstrap/hnb659fds/version"]
    assert all(version >= 6 for version in versions.values())
