"""What must hold for people: their accounts, and the site that serves the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.identity.settings import PeopleSettings
from stacks.parts import Parts
from stacks.settings import DEV, PROD
from stacks.shared.errors import ConfigurationError
from tests.support.assemblies import Assembly

NEEDS = ("people", "uploads")


def test_nobody_makes_themselves_an_account_in_prod(assembly: Assembly) -> None:
    admin = assembly.only("AWS::Cognito::UserPool")["AdminCreateUserConfig"]
    assert admin["AllowAdminCreateUserOnly"] is not assembly.settings.people.self_sign_up


def test_self_sign_up_is_refused_in_prod_and_taken_in_dev() -> None:
    people = PeopleSettings(self_sign_up=True)
    assert replace(DEV, people=people, parts=Parts()).people == people
    with pytest.raises(ConfigurationError, match="self_sign_up is True; allowed is False in prod"):
        replace(PROD, people=people)


def test_somebody_must_be_able_to_call() -> None:
    with pytest.raises(ConfigurationError, match=r"services is False; allowed is True where parts\.people is False"):
        replace(DEV, services=False, parts=Parts(people=False, notebook=False))
    with pytest.raises(ConfigurationError, match=r"services is False; allowed is True where parts\.notebook is True"):
        replace(DEV, services=False, parts=Parts())


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-isob-east-1"])
def test_there_is_no_page_where_aws_has_nothing_to_make_it_of(region: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"parts\.people is True; allowed is False in {region}, where"):
        replace(DEV, region=region, parts=Parts())
    # The other two lack more than that: tests/synth/test_regions.py.
    assert replace(DEV, region="us-isob-east-1", parts=Parts(people=False)).region == "us-isob-east-1"


@pytest.mark.parametrize("origin", ["http://digits.example.com", "https://localhost:*"])
def test_prod_takes_pages_over_tls_with_a_full_name_only(origin: str) -> None:
    people = PeopleSettings(further_origins=(origin,))
    assert replace(DEV, people=people, parts=Parts()).people == people
    with pytest.raises(ConfigurationError, match="an https origin without a"):
        replace(PROD, people=people)


@pytest.mark.parametrize("origin", ["*", "https://digits.example.com/", "digits.example.com", "https://*.example.com"])
def test_what_is_no_origin_is_named(origin: str) -> None:
    with pytest.raises(ConfigurationError, match="further_origins has"):
        PeopleSettings(further_origins=(origin,))


def test_the_password_never_leaves_the_page(assembly: Assembly) -> None:
    client = assembly.only("AWS::Cognito::UserPoolClient")
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert "AllowedOAuthFlows" not in client


def test_accounts_survive_where_data_does(assembly: Assembly) -> None:
    (pool,) = assembly.resources("AWS::Cognito::UserPool").values()
    kept = assembly.settings.retain_data
    assert pool["DeletionPolicy"] == ("Retain" if kept else "Delete")
    assert pool["Properties"].get("DeletionProtection", "INACTIVE") == ("ACTIVE" if kept else "INACTIVE")


def test_only_this_distribution_reads_the_site(assembly: Assembly) -> None:
    (policy,) = [
        resource["Properties"]["PolicyDocument"]
        for name, resource in assembly.resources("AWS::S3::BucketPolicy", "web").items()
        if name.startswith("SiteBucketPolicy")
    ]
    (allowed,) = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    assert list(allowed["Condition"]) == ["StringEquals"]
    assert list(allowed["Condition"]["StringEquals"]) == ["AWS:SourceArn"]
    assert len(assembly.resources("AWS::CloudFront::OriginAccessControl")) == 1


def test_the_page_runs_no_code_but_its_own(assembly: Assembly) -> None:
    config = assembly.only("AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    policy = dict(part.split(" ", 1) for part in security["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    called = policy["connect-src"].split()
    assert called[0] == "'self'"
    if assembly.settings.environment == "local":
        assert all("//localhost:" in each or "//127.0.0.1:" in each for each in called[1:])
    else:
        assert len(called) == 6
        assert all(each.endswith(f".{assembly.settings.region}.amazonaws.com") for each in called[1:])
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert security["FrameOptions"]["FrameOption"] == "DENY"
    assert security["ContentTypeOptions"] == {"Override": True}


def test_the_site_is_https_only(assembly: Assembly) -> None:
    config = assembly.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert config["DefaultRootObject"] == "index.html"
    assert "ResponseHeadersPolicyId" in config["DefaultCacheBehavior"]
