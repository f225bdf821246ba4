"""Forms for uploads: where they lead to, in every region and in the emulator. Nothing is sent."""

from __future__ import annotations

from fnmatch import fnmatch
from urllib.parse import urlsplit

import pytest

from stacks.web.site_distribution import services_of
from tests.support.upload_fakes import JOB
from uploads.upload_bucket import UploadBucket

BUCKET = "digits-dev-upload-pictures"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)


def address(monkeypatch: pytest.MonkeyPatch, region: str) -> str:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    return UploadBucket.connect(BUCKET, bytes_max=1000, url_seconds=60).form(JOB).url


@pytest.mark.parametrize("region", ["us-east-1", "us-east-2", "eu-central-1", "af-south-1"])
def test_a_form_leads_to_the_region_and_the_page_may_go_there(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    url = address(monkeypatch, region)
    assert url == f"https://{BUCKET}.s3.{region}.amazonaws.com/"
    origin = f"https://{urlsplit(url).netloc}"
    assert [service for service in services_of(region) if fnmatch(origin, service)]


def test_in_the_emulator_a_form_leads_to_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert address(monkeypatch, "us-east-1") == f"http://127.0.0.1:4566/{BUCKET}"
