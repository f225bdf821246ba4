"""SageMaker's built-in XGBoost image: its registry in each region, its tags, and how long these are patched.

Nothing here asks a registry or reads the clock: a region or tag that is not in the tables has no image that this
project knows, and who wants to know whether an image is past its date says which day it is.

Accounts: `image_uri_config/xgboost.json` of sagemaker-core 2.27.0; the public ones agree with
https://github.com/aws/deep-learning-containers/blob/master/docs/reference/region_availability.md, which does not list
me-central-1 and me-south-1.
Ends of patching: https://github.com/aws/deep-learning-containers/tree/master/docs/src/data/sagemaker-xgboost
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contract.errors import ContractError

REPOSITORY = "sagemaker-xgboost"

REGISTRY_ACCOUNTS = {
    "af-south-1": "510948584623",
    "ap-east-1": "651117190479",
    "ap-northeast-1": "354813040037",
    "ap-northeast-2": "366743142698",
    "ap-northeast-3": "867004704886",
    "ap-south-1": "720646828776",
    "ap-south-2": "628508329040",
    "ap-southeast-1": "121021644041",
    "ap-southeast-2": "783357654285",
    "ap-southeast-3": "951798379941",
    "ap-southeast-4": "106583098589",
    "ca-central-1": "341280168497",
    "ca-west-1": "190319476487",
    "cn-north-1": "450853457545",
    "cn-northwest-1": "451049120500",
    "eu-central-1": "492215442770",
    "eu-central-2": "680994064768",
    "eu-north-1": "662702820516",
    "eu-south-1": "978288397137",
    "eu-south-2": "104374241257",
    "eu-west-1": "141502667606",
    "eu-west-2": "764974769150",
    "eu-west-3": "659782779980",
    "il-central-1": "898809789911",
    "me-central-1": "272398656194",
    "me-south-1": "801668240914",
    "sa-east-1": "737474898029",
    "us-east-1": "683313688378",
    "us-east-2": "257758044811",
    "us-gov-east-1": "237065988967",
    "us-gov-west-1": "414596584902",
    "us-iso-east-1": "833128469047",
    "us-isob-east-1": "281123927165",
    "us-isof-east-1": "108575199400",
    "us-isof-south-1": "124985052026",
    "us-west-1": "746614075791",
    "us-west-2": "246618743249",
}
"""Region -> the account that AWS publishes the image from."""

END_OF_PATCH = {"3.0-5": date(2026, 11, 17), "3.2-0": date(2027, 5, 13)}
"""Tag -> the last day on which it gets security fixes. Tags before 3.0-5 cannot load what XGBoost 3.2 writes."""

IMAGE_TAGS = {"3.2.0": "3.2-0"}
"""Version of XGBoost -> the tag of the image that carries it."""

SERVED_TAG = "3.2-0"
"""The tag whose models this project serves; jobs use it unless specified otherwise."""

_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("", "aws", "amazonaws.com"),
)
"""Prefix of a region, partition, DNS suffix; the first row that fits counts."""


@dataclass(frozen=True, kw_only=True)
class XgboostImage:
    """The built-in image of one region, such as `us-east-1`, with a tag, such as `3.2-0`.

    Raises
    ------
    ContractError
        If the region has no such image, or the tag is not known.
    """

    region: str
    tag: str = SERVED_TAG

    def __post_init__(self) -> None:
        if self.region not in REGISTRY_ACCOUNTS:
            known = ", ".join(REGISTRY_ACCOUNTS)
            msg = f"region is {self.region!r}, which has no built-in XGBoost image; allowed is one of {known}"
            raise ContractError(msg)
        if self.tag not in END_OF_PATCH:
            known = ", ".join(END_OF_PATCH)
            msg = (
                f"image tag is {self.tag!r}; known are {known}: use one of them, or add it to contract/xgboost_image.py"
            )
            raise ContractError(msg)

    @property
    def registry_account(self) -> str:
        """The account that AWS publishes the image from in this region, 12 digits."""
        return REGISTRY_ACCOUNTS[self.region]

    @property
    def uri(self) -> str:
        """Name of the image as SageMaker pulls it."""
        _, dns_suffix = _partition(self.region)
        return f"{self.registry_account}.dkr.ecr.{self.region}.{dns_suffix}/{REPOSITORY}:{self.tag}"

    @property
    def repository_arn(self) -> str:
        """The repository, for a policy."""
        partition = partition_of(self.region)
        return f"arn:{partition}:ecr:{self.region}:{self.registry_account}:repository/{REPOSITORY}"

    @property
    def end_of_patch(self) -> date:
        """The last day on which the image gets security fixes."""
        return END_OF_PATCH[self.tag]

    def is_past_end_of_patch(self, day: date) -> bool:
        """Whether the image gets no security fixes any more on `day`."""
        return day > self.end_of_patch


def partition_of(region: str) -> str:
    """The partition of a region, as ARNs have it: `aws`, `aws-cn`, ..."""
    return _partition(region)[0]


def _partition(region: str) -> tuple[str, str]:
    return next((partition, suffix) for prefix, partition, suffix in _PARTITIONS if region.startswith(prefix))
