"""Where the web page is: a private bucket, and a distribution of CloudFront that alone may read it.

What the page is made of is put there by `tools.site`. The stack stands before those that the page calls, because they
let the origin of this site in, and no other.
"""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.function_target import FunctionTarget
from stacks.shared.lasting_reference import make_lasting
from stacks.shared.private_bucket import PrivateBucket, abandoned_uploads, old_versions
from stacks.web.site_distribution import EMULATED_SERVICES, SiteDistribution, services_of

OLD_VERSION_DAYS = 30


class WebStack(cdk.Stack):
    """The site of one environment.

    Parameters
    ----------
    settings
        The environment.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(
            scope,
            settings.stack_name("web"),
            env=cdk.Environment(account=settings.account, region=settings.region),
            description="Digits: the site that serves the web page",
        )
        files = PrivateBucket(
            self,
            "Site",
            lifecycle_rules=[old_versions(OLD_VERSION_DAYS), abandoned_uploads()],
            retain=settings.retain_data,
            access_log_days=365 if settings.retain_logs else 90,
        )
        is_emulated = settings.function_target is FunctionTarget.EMULATOR
        services = EMULATED_SERVICES if is_emulated else services_of(settings.region)
        self.distribution = SiteDistribution(self, "Distribution", bucket=files.bucket, services=services)
        site = self.distribution.distribution
        make_lasting(site, site.distribution_id, site.distribution_domain_name)
        self.origins: tuple[str, ...] = (self.distribution.url, *settings.people.further_origins)
        cdk.CfnOutput(self, "SiteBucketName", value=files.bucket.bucket_name)
        cdk.CfnOutput(self, "DistributionId", value=self.distribution.distribution.distribution_id)
        cdk.CfnOutput(self, "SiteUrl", value=self.distribution.url)
