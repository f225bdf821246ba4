"""The image table of training and the one of the stacks are the same, and training says when there is no image."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from stacks import xgboost_image as stacks_image
from training.errors import JobError
from training.manifest import IMAGE_TAGS
from training.xgboost_image import SERVED_TAG, XgboostImage, partition_of


@pytest.mark.parametrize("region", sorted(stacks_image.REGISTRY_ACCOUNTS))
def test_both_name_the_same_image(region: str) -> None:
    ours, theirs = XgboostImage(region=region), stacks_image.XgboostImage(region=region, tag="3.2-0")
    assert (ours.uri, ours.registry_account) == (theirs.uri, theirs.registry_account)
    assert theirs.repository_arn.startswith(f"arn:{partition_of(region)}:ecr:")


def test_an_image_is_written_as_sagemaker_pulls_it() -> None:
    assert XgboostImage(region="cn-north-1", tag="3.0-5").uri == (
        "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.0-5"
    )


def test_jobs_use_the_tag_whose_models_are_served() -> None:
    assert SERVED_TAG in IMAGE_TAGS.values()
    assert XgboostImage(region="us-east-1").end_of_patch > date(2026, 11, 17)


def test_a_region_without_image_is_named() -> None:
    with pytest.raises(
        JobError, match=r"the region 'mars-north-1' has no built-in XGBoost image, known are af-south-1"
    ):
        XgboostImage(region="mars-north-1")


@pytest.mark.parametrize("tag", ["latest", "1", "1.7-1", ""])
def test_an_unknown_tag_is_named(tag: str) -> None:
    with pytest.raises(JobError, match=rf"the image tag '{tag}' is not known, known are 3.0-5, 3.2-0"):
        XgboostImage(region="us-east-1", tag=tag)


def test_the_table_says_where_it_comes_from() -> None:
    table = json.loads(Path(stacks_image.TABLE_PATH).read_text(encoding="utf-8"))
    assert set(table["sources"]) == {"accounts", "end_of_patch"}
    assert table["partitions"][-1]["region_prefix"] == ""
