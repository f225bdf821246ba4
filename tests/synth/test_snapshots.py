"""The whole of every template as it was reviewed last. `make snapshots` writes them; a missing one fails."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from stacks.settings import ENVIRONMENTS
from tests.support.assemblies import Assembly
from tests.support.normalise import normalise
from tests.synth.conftest import ENVIRONMENT_NAMES


def stacks_of(environment: str) -> tuple[str, ...]:
    return ENVIRONMENTS[environment].parts.stacks


@pytest.mark.parametrize(("environment", "part"), [(n, part) for n in ENVIRONMENT_NAMES for part in stacks_of(n)])
def test_template(environment: str, part: str, assemblies: dict[str, Assembly], snapshot: SnapshotAssertion) -> None:
    template = normalise(assemblies[environment].template(part))
    assert template == snapshot(extension_class=JSONSnapshotExtension)


def test_normalising_takes_out_digests_only() -> None:
    digest = "0123456789abcdef" * 4
    template = {
        "Resources": {f"ServiceRestApiDeployment0123ABCD{digest[:32]}": {"S3Key": f"{digest}.zip", "Sha256": digest}},
        "Rules": {},
        "Parameters": {},
    }
    assert normalise(template) == {
        "Resources": {"ServiceRestApiDeployment0123ABCD<digest>": {"S3Key": "<asset>.zip", "Sha256": digest}}
    }
