"""Where SageMaker's built-in XGBoost image lies: the registry of each region, the tags, how long they are patched.

Accounts are those of sagemaker-core 2.27.0, `image_uri_config/xgboost.json`; the public ones agree with
https://github.com/aws/deep-learning-containers/blob/master/docs/reference/region_availability.md. Dates are from
`docs/src/data/sagemaker-xgboost/*.yml` of the same repository. Nothing here reads the clock: who wants to know
whether an image is past its date says which day it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stacks.errors import ConfigurationError

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

END_OF_PATCH = {"3.0-5": date(2026, 11, 17), "3.2-0": date(2027, 5, 13)}
"""The last day on which each known tag gets security fixes. Tags before 3.0-5 cannot load what XGBoost 3.2 writes."""

# Region prefix -> partition and DNS suffix; the first that fits counts.
_PARTITIONS = (
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
    ("", "aws", "amazonaws.com"),
)


@dataclass(frozen=True, kw_only=True)
class XgboostImage:
    """The built-in image of one region.

    Raises
    ------
    ConfigurationError
        If the region has no such image, or the tag is not known.
    """

    region: str
    tag: str

    def __post_init__(self) -> None:
        if self.region not in REGISTRY_ACCOUNTS:
            msg = (
                f"region is {self.region!r}, which has no built-in XGBoost image; "
                f"allowed is one of {', '.join(REGISTRY_ACCOUNTS)}"
            )
            raise ConfigurationError(msg)
        if self.tag not in END_OF_PATCH:
            msg = (
                f"image tag is {self.tag!r}; known are {', '.join(END_OF_PATCH)}: "
                "train with one of them, or add the tag to stacks/xgboost_image.py"
            )
            raise ConfigurationError(msg)

    @property
    def registry_account(self) -> str:
        """The account that AWS publishes the image from in this region."""
        return REGISTRY_ACCOUNTS[self.region]

    @property
    def uri(self) -> str:
        """Name of the image as SageMaker pulls it."""
        _, dns_suffix = _partition(self.region)
        return f"{self.registry_account}.dkr.ecr.{self.region}.{dns_suffix}/{REPOSITORY}:{self.tag}"

    @property
    def repository_arn(self) -> str:
        """The repository, for a policy."""
        partition, _ = _partition(self.region)
        return f"arn:{partition}:ecr:{self.region}:{self.registry_account}:repository/{REPOSITORY}"

    def is_past_end_of_patch(self, day: date) -> bool:
        """Whether the image gets no security fixes any more on `day`."""
        return day > END_OF_PATCH[self.tag]


def _partition(region: str) -> tuple[str, str]:
    return next((partition, suffix) for prefix, partition, suffix in _PARTITIONS if region.startswith(prefix))
