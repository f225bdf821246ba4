"""The CDK CLI's own words about real templates, read as `make diff` reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.assemblies import Assembly, Json
from tools.stack_diff import StackDiff, compare

pytestmark = pytest.mark.slow


def compared(prod: Assembly, part: str, base: Json, folder: Path) -> StackDiff:
    path = folder / "base.template.json"
    path.write_text(json.dumps(base))
    return compare("prod", prod.settings.stack_name(part), path, prod.template_path(part))


def test_a_new_model_is_intended(prod: Assembly, tmp_path: Path) -> None:
    sha256 = json.loads(prod.template_path("inference").read_text())["Resources"]["Artifact15CF5995"]["Properties"]
    text = prod.template_path("inference").read_text().replace(sha256["Sha256"][:12], "0" * 12)
    diff = compared(prod, "inference", json.loads(text), tmp_path)
    assert diff.kind == "changed"
    assert {change.resource_type for change in diff.destructive} == {
        "AWS::IAM::Role",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::EndpointConfig",
    }
    assert diff.dangers == []
    assert "Serving/Model" in diff.text


def test_a_bucket_under_another_id_is_dangerous(prod: Assembly, tmp_path: Path) -> None:
    base = prod.template("storage")
    base["Resources"]["OldBucket"] = base["Resources"].pop("DataBucketE6B0FAA8")
    diff = compared(prod, "storage", base, tmp_path)
    assert [(change.logical_id, change.impact) for change in diff.dangers] == [("OldBucket", "will be orphaned")]


def test_a_new_stack_destroys_nothing(prod: Assembly) -> None:
    diff = compare("prod", "digits-prod-storage", None, prod.template_path("storage"))
    assert (diff.kind, diff.destructive) == ("new", ())
    assert "[+] AWS::S3::Bucket" in diff.text


def test_a_removed_stack_destroys_what_it_has(prod: Assembly) -> None:
    diff = compare("prod", "digits-prod-storage", prod.template_path("storage"), None)
    assert diff.kind == "removed"
    impacts = {change.logical_id: change.impact for change in diff.dangers}
    assert impacts["DataBucketE6B0FAA8"] == "will be orphaned"
    assert impacts["BucketName742CD8B0"] == "will be destroyed"


def test_equal_templates_need_no_cli(prod: Assembly) -> None:
    path = prod.template_path("api")
    assert compare("prod", "no-such-stack", path, path).kind == "unchanged"
