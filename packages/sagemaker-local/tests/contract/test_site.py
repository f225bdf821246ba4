"""The site port: a bucket behind CloudFront, deployed as the CDK writes it, and met as a browser meets it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.emulators import Emulator, free_port, running_emulator
from support.stacks import Stacks

pytestmark = pytest.mark.slow

Json = dict[str, Any]
BUCKET = "site-of-this-test"
POLICY = "default-src 'self'"


def template(*, frames: str = "DENY") -> str:
    """A private bucket, TLS enforced, behind a distribution with access control and headers, as the CDK writes it."""
    arn = {"Fn::GetAtt": ["Site", "Arn"]}
    distribution = {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
    statements = [
        {
            "Action": "s3:*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Resource": [arn, {"Fn::Join": ["", [arn, "/*"]]}],
        },
        {
            "Action": "s3:GetObject",
            "Condition": {"StringEquals": {"AWS:SourceArn": distribution}},
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Resource": {"Fn::Join": ["", [arn, "/*"]]},
        },
    ]
    access = {"Name": "site-access", "OriginAccessControlOriginType": "s3", "SigningBehavior": "always"}
    security = {
        "ContentSecurityPolicy": {"ContentSecurityPolicy": POLICY, "Override": True},
        "FrameOptions": {"FrameOption": frames, "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "no-referrer", "Override": True},
        "StrictTransportSecurity": {"AccessControlMaxAgeSec": 300, "Override": True},
    }
    custom = {"Items": [{"Header": "Permissions-Policy", "Value": "camera=(self)", "Override": True}]}
    origin = {
        "DomainName": {"Fn::GetAtt": ["Site", "RegionalDomainName"]},
        "Id": "origin",
        "OriginAccessControlId": {"Fn::GetAtt": ["Access", "Id"]},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    behavior = {
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "Compress": True,
        "ResponseHeadersPolicyId": {"Ref": "Headers"},
        "TargetOriginId": "origin",
        "ViewerProtocolPolicy": "redirect-to-https",
    }
    error = {"ErrorCachingMinTTL": 60, "ErrorCode": 403, "ResponseCode": 404, "ResponsePagePath": "/404.html"}
    config = {
        "CustomErrorResponses": [error],
        "DefaultCacheBehavior": behavior,
        "DefaultRootObject": "index.html",
        "Enabled": True,
        "HttpVersion": "http2",
        "Origins": [origin],
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1.2_2021"},
    }
    resources = {
        "Site": ("AWS::S3::Bucket", {"BucketName": BUCKET}),
        "SitePolicy": (
            "AWS::S3::BucketPolicy",
            {"Bucket": {"Ref": "Site"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
        ),
        "Access": (
            "AWS::CloudFront::OriginAccessControl",
            {"OriginAccessControlConfig": {**access, "SigningProtocol": "sigv4"}},
        ),
        "Headers": (
            "AWS::CloudFront::ResponseHeadersPolicy",
            {
                "ResponseHeadersPolicyConfig": {
                    "Name": "site-headers",
                    "SecurityHeadersConfig": security,
                    "CustomHeadersConfig": custom,
                }
            },
        ),
        "Distribution": ("AWS::CloudFront::Distribution", {"DistributionConfig": config}),
    }
    outputs = {"Id": {"Value": {"Ref": "Distribution"}}}
    described = {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in resources.items()}
    return json.dumps({"Resources": described, "Outputs": outputs})


class Browser:
    """Asks the site port of an emulator."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by lower-case name, and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Accept-Encoding": "gzip", **named})
        answer = connection.getresponse()
        found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found


@pytest.fixture(scope="module", params=[(), ("--no-auth",)], ids=["auth", "no-auth"])
def site_emulator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator of its own, as a site port shows what was deployed last."""
    with running_emulator(tmp_path_factory.mktemp("site"), *request.param) as started:
        yield started


@pytest.fixture(scope="module")
def browser(site_emulator: Emulator) -> Browser:
    return Browser(site_emulator.site_port())


@pytest.fixture(scope="module")
def distribution(site_emulator: Emulator, browser: Browser) -> str:
    """The id of the deployed distribution; before, the port said that there is none."""
    status, headers, body = browser.ask("/")
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"No distribution is deployed." in body
    made = Stacks(site_emulator).create("site", template())
    assert made["StackStatus"] == "CREATE_COMPLETE", made
    s3 = site_emulator.client("s3")
    page = "text/html; charset=utf-8"
    contents = (
        ("index.html", b"<h1>Churn</h1>", page),
        ("404.html", b"nothing here", page),
        ("a.js", b"1", "text/js"),
    )
    for key, content, kind in contents:
        s3.put_object(Bucket=BUCKET, Key=key, Body=content, ContentType=kind, CacheControl="no-cache")
    return str(made["Outputs"][0]["OutputValue"])


def test_the_root_is_the_default_object_with_the_headers_of_the_policy(distribution: str, browser: Browser) -> None:
    assert distribution
    status, headers, body = browser.ask("/")
    assert (status, body) == (200, b"<h1>Churn</h1>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == POLICY
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=300"
    assert headers["permissions-policy"] == "camera=(self)"
    assert headers["cache-control"] == "no-cache"
    assert "content-encoding" not in headers
    assert browser.ask("/a.js")[1]["content-type"] == "text/js"


def test_head_ranges_and_unchanged_objects(distribution: str, browser: Browser) -> None:
    assert distribution
    status, headers, body = browser.ask("/", "HEAD")
    assert (status, headers["content-length"], body) == (200, "14", b"")
    assert browser.ask("/", If_None_Match=headers["etag"])[0] == 304
    status, ranged, body = browser.ask("/index.html", Range="bytes=4-8")
    assert (status, ranged["content-range"], body) == (206, "bytes 4-8/14", b"Churn")


def test_what_is_not_there_is_the_error_page(distribution: str, browser: Browser) -> None:
    assert distribution
    status, _, body = browser.ask("/nothing")
    assert (status, body) == (404, b"nothing here")
    assert browser.ask("/", "POST")[0] == 403  # a distribution takes GET and HEAD unless it says more


def test_a_distribution_is_chosen_by_its_id(distribution: str, browser: Browser) -> None:
    assert browser.ask(f"/_distribution/{distribution}/a.js")[2] == b"1"
    assert browser.ask(f"/_distribution/{distribution}")[2] == b"<h1>Churn</h1>"
    status, _, body = browser.ask("/_distribution/E123/")
    assert (status, b"no enabled distribution E123" in body) == (404, True)


def test_only_this_machine_is_answered(distribution: str, browser: Browser) -> None:
    assert distribution
    assert browser.ask("/", Host="<b>.example")[0] == 403
    assert b"<b>" not in browser.ask("/", Host="<b>.example")[2]
    assert browser.ask("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
    assert browser.ask("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200  # a link


def test_invalidations_and_status(distribution: str, site_emulator: Emulator) -> None:
    cloudfront = site_emulator.client("cloudfront")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "1"}
    made = cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution, Id=made["Id"])
    said = site_emulator.command("status").stdout
    assert f"site at http://localhost:{site_emulator.site_port()}/: distribution {distribution}" in said


def test_an_update_changes_the_headers_and_a_removal_ends_the_site(
    distribution: str, browser: Browser, site_emulator: Emulator
) -> None:
    stacks = Stacks(site_emulator)
    assert stacks.update("site", template(frames="SAMEORIGIN"))["StackStatus"] == "UPDATE_COMPLETE"
    assert browser.ask(f"/_distribution/{distribution}/")[1]["x-frame-options"] == "SAMEORIGIN"
    stacks.delete("site")
    assert browser.ask("/")[0] == 404
    assert site_emulator.client("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0


def test_the_port_can_be_chosen_and_must_be_free_then(tmp_path: Path) -> None:
    chosen = free_port()
    with running_emulator(tmp_path / "one", "--site-port", str(chosen)) as first:
        assert first.site_port() == chosen
        second = Emulator(port=free_port(), state=tmp_path / "two")
        refused = second.command("up", "--port", str(second.port), "--site-port", str(chosen))
        assert refused.returncode == 1
        assert f"port {chosen} is used by another" in refused.stderr
