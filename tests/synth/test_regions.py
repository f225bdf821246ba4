"""Settings take regions where CloudFormation has what the templates use."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract.xgboost_image import REGISTRY_ACCOUNTS
from stacks.parts import Parts
from stacks.region_types import TABLE
from stacks.settings import ENVIRONMENTS, PROD, Settings
from stacks.shared.errors import ConfigurationError
from tests.support.assemblies import Assembly
from tests.support.region_table import lacking, types_of_parts

HOW = "write it again: python -m tests.support.region_table FOLDER"
KNOWN = json.loads(TABLE.read_text())


def test_the_table_has_every_type_that_is_used(assemblies: dict[str, Assembly]) -> None:
    assert KNOWN["parts"] == types_of_parts(assemblies.values()), HOW


@pytest.mark.slow
def test_the_table_is_what_cloudformation_offers() -> None:
    pytest.importorskip("cfnlint", reason="cfn-lint ships CloudFormation's schemas of each region")
    assert KNOWN["lacking"] == lacking(KNOWN["parts"]), HOW


def test_settings_know_which_parts_they_make(assembly: Assembly) -> None:
    made = {path.name.removesuffix(".template.json") for path in assembly.folder.glob("*.template.json")}
    assert made == {assembly.settings.stack_name(part) for part in assembly.settings.parts.stacks}


def without_people(region: str) -> Settings:
    return replace(PROD, region=region, parts=Parts(people=False))


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("me-central-1", r"AWS::SageMaker::Endpoint.*, which inference needs"),
        ("cn-north-1", "AWS::SageMaker::ModelPackageGroup, which training needs"),
        ("ap-south-2", "AWS::SageMaker::ModelPackageGroup, which training needs"),
        ("us-gov-west-1", r"AWS::AppSync::Api.*, which upload needs"),
    ],
)
def test_regions_that_lack_something_are_refused(region: str, said: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"region is '{region}'; allowed is one where CloudFormation has .*{said}"
    ):
        without_people(region)


def test_all_others_are_taken() -> None:
    taken = set(REGISTRY_ACCOUNTS) - set(KNOWN["lacking"])
    assert {without_people(region).region for region in taken} == taken
    assert {settings.region for settings in ENVIRONMENTS.values()} <= taken


def test_a_part_that_is_left_out_needs_nothing() -> None:
    assert "AWS::CloudFront::Distribution" in KNOWN["parts"]["web"]
    assert "web" not in without_people("us-east-1").parts.stacks
