"""An environment that has every part becomes the smallest one: it serves, and what is left out can be removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract.manifest import read_manifest
from stacks.parts import CORE, SMALLEST
from stacks.settings import LOCAL
from tests.e2e.conftest import one_of_each
from tests.support.assemblies import make_app
from tools.deployment import Deployment, api_client, deploy, deployed_parts
from tools.left_out import remove_left_out, stacks_left_out
from training.data.dataset import Split

pytestmark = pytest.mark.exhaustive


@pytest.fixture
def smallest(deployment: Deployment, tmp_path: Path) -> Deployment:
    """The same environment without parts; the code of its functions is in the bucket of assets already."""
    settings = replace(LOCAL, parts=SMALLEST)
    small = replace(deployment, folder=tmp_path)
    make_app(settings, small.assembly, manifest=read_manifest(deployment.manifest)).synth()
    deploy(small)
    return small


def test_the_smallest_serves_and_what_it_leaves_out_is_removed(smallest: Deployment, test_split: Split) -> None:
    assert stacks_left_out(smallest) == ["operations", "notebook", "upload", "web", "identity", "stream"]
    assert remove_left_out(smallest) == ["operations", "notebook", "upload", "web", "stream"]
    assert set(deployed_parts(smallest)) == {*CORE, "identity"}
    api = api_client(smallest)
    digits = one_of_each(test_split)
    answer = api.predict([digits[digit].tolist() for digit in range(10)])
    assert [prediction["digit"] for prediction in answer.json()["predictions"]] == list(range(10))
    assert api.request("POST", "/uploads", body=b"{}").status in (403, 404)
    assert smallest.client("sagemaker").list_pipelines()["PipelineSummaries"] == []
    assert smallest.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
