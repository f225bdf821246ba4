"""Training the same model again changes no template: what a manifest tells of the run stays out of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract.manifest import Host, read_manifest
from tests.support.assemblies import MANIFEST, PARTS, Assembly, make_app

pytestmark = pytest.mark.slow


def test_the_time_duration_and_machine_of_the_training_are_in_no_template(prod: Assembly, tmp_path: Path) -> None:
    manifest = read_manifest(MANIFEST)
    host = Host(platform="another", python="3.14.0", processors=64)
    run = replace(manifest.training, created_at="2027-01-01T00:00:00+00:00", seconds=1.0, host=host)
    assert run != manifest.training
    make_app(prod.settings, tmp_path, manifest=replace(manifest, training=run)).synth()
    again = Assembly(settings=prod.settings, folder=tmp_path)
    differing = [
        part for part in PARTS if again.template_path(part).read_text() != prod.template_path(part).read_text()
    ]
    assert differing == []
