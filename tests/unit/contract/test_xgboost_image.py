"""The built-in image: its account in each region, its partitions, its last day of patches."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract.errors import ContractError
from contract.manifest import read_manifest
from contract.xgboost_image import END_OF_PATCH, REGISTRY_ACCOUNTS, XgboostImage

ROOT = Path(__file__).resolve().parents[3]


def test_there_are_37_regions_with_an_account_each() -> None:
    assert len(REGISTRY_ACCOUNTS) == 37
    assert all(len(account) == 12 and account.isdigit() for account in REGISTRY_ACCOUNTS.values())
    assert len(set(REGISTRY_ACCOUNTS.values())) == 37


@pytest.mark.parametrize(
    ("region", "uri"),
    [
        ("us-east-1", "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"),
        ("eu-central-1", "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.2-0"),
        ("cn-north-1", "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:3.2-0"),
        ("us-gov-west-1", "414596584902.dkr.ecr.us-gov-west-1.amazonaws.com/sagemaker-xgboost:3.2-0"),
        ("us-iso-east-1", "833128469047.dkr.ecr.us-iso-east-1.c2s.ic.gov/sagemaker-xgboost:3.2-0"),
        ("us-isob-east-1", "281123927165.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/sagemaker-xgboost:3.2-0"),
        ("us-isof-south-1", "124985052026.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/sagemaker-xgboost:3.2-0"),
    ],
)
def test_the_image_of_a_region(region: str, uri: str) -> None:
    assert XgboostImage(region=region, tag="3.2-0").uri == uri


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-isob-east-1", "aws-iso-b"),
    ],
)
def test_the_repository_is_in_the_partition_of_the_region(region: str, partition: str) -> None:
    arn = XgboostImage(region=region, tag="3.2-0").repository_arn
    account = REGISTRY_ACCOUNTS[region]
    assert arn == f"arn:{partition}:ecr:{region}:{account}:repository/sagemaker-xgboost"


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(ContractError, match="region is 'mars-north-1', which has no built-in XGBoost image"):
        XgboostImage(region="mars-north-1", tag="3.2-0")


@pytest.mark.parametrize("tag", ["latest", "1.7-1", "3.2"])
def test_an_unknown_tag_is_named(tag: str) -> None:
    with pytest.raises(ContractError, match=f"image tag is '{tag}'; known are 3.0-5, 3.2-0"):
        XgboostImage(region="us-east-1", tag=tag)


def test_the_last_day_of_patches_counts() -> None:
    image = XgboostImage(region="us-east-1", tag="3.2-0")
    assert image.end_of_patch == date(2027, 5, 13)
    assert not image.is_past_end_of_patch(date(2027, 5, 13))
    assert image.is_past_end_of_patch(date(2027, 5, 14))


def test_the_promoted_model_was_trained_for_an_image_that_was_patched_then() -> None:
    manifest = read_manifest(ROOT / "models/current.json")
    trained = date.fromisoformat(manifest.training.created_at[:10])
    assert trained <= END_OF_PATCH[manifest.framework.image_tag]
