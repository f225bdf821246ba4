"""Uploads beyond the story: forms that are too old, a form that is used twice, many at once, the largest."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from PIL import Image

from tests.e2e.conftest import one_of_each
from tests.support.uploading import SECONDS, digits_of, is_empty, picture_of, until
from tools.api_client import ApiClient
from tools.deployment import Deployment, stack_outputs
from tools.upload_client import Uploader
from training.data.dataset import Split
from upload_jobs.jobs import Job
from uploads.upload_bucket import UploadBucket

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def uploader(api: ApiClient) -> Uploader:
    """A service that uploads."""
    return Uploader.of(api)


@pytest.fixture(scope="module")
def digits(test_split: Split) -> dict[int, Any]:
    return one_of_each(test_split)


@pytest.mark.exhaustive
def test_a_file_of_the_largest_size_is_taken(uploader: Uploader) -> None:
    answer = uploader.ask(size_bytes=25 * MIB)
    sent = uploader.send(answer.json()["upload"], b"\x89PNG\r\n\x1a\n" + bytes(25 * MIB - 8))
    assert sent.status == 204, sent.data
    assert uploader.wait(answer.json())["status"] == "FAILED"


def test_a_form_that_is_too_old_is_refused_by_s3(uploader: Uploader, deployment: Deployment) -> None:
    key = f"uploads/late/{uuid.uuid4()}"
    s3: Any = deployment.session().create_client(
        "s3", endpoint_url=deployment.variables["AWS_ENDPOINT_URL"], config=Config(signature_version="s3v4")
    )
    name = stack_outputs(deployment, "upload")["UploadBucketName"]
    # The same form as that of the function, but good for no time at all.
    bucket = UploadBucket(s3, name, bytes_max=1000, url_seconds=-1)
    job = Job(
        job_id="late", owner="late", key=key, content_type="image/png", correlation_id="x",
        created_at=0, deadline_at=0, forgotten_at=0,
    )  # fmt: skip
    form = bucket.form(job)
    answer = uploader.send({"url": form.url, "fields": form.fields}, b"x")
    assert (answer.status, b"expired" in answer.data.lower()) == (403, True), answer.data


def test_a_picture_sent_twice_with_one_form_ends_once(
    uploader: Uploader, deployment: Deployment, digits: dict[int, Any]
) -> None:
    first, second = picture_of(digits[5]), picture_of(digits[6])
    job = uploader.begin(first)
    assert uploader.send(job["upload"], second).status == 204
    ended = uploader.wait(job)
    assert digits_of(ended) in ([5], [6])
    # The other version is handled, too; it changes nothing.
    queue, sqs = stack_outputs(deployment, "upload")["QueueUrl"], deployment.client("sqs")
    until(lambda: is_empty(sqs, queue), SECONDS, "the queue is not empty")
    assert uploader.status(job) == ended


def test_many_at_once_all_end(uploader: Uploader, test_split: Split) -> None:
    bodies = [picture_of(image) for image in test_split.images[:12]]
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(uploader.begin, bodies))
    ended = [uploader.wait(job) for job in jobs]
    right = [digits_of(job) == [int(label)] for job, label in zip(ended, test_split.labels, strict=False)]
    assert sum(right) >= 10


@pytest.mark.exhaustive
def test_a_photograph_of_twelve_megapixels_is_read(uploader: Uploader, digits: dict[int, Any], tmp_path: Any) -> None:
    paper = Image.new("RGB", (4000, 3000), (228, 226, 220))
    paper.paste((40, 44, 90), (1500, 1000), Image.fromarray(digits[7].reshape(28, 28)).resize((900, 900)))
    paper.save(tmp_path / "photograph.jpg", quality=90)
    job = uploader.upload((tmp_path / "photograph.jpg").read_bytes(), "image/jpeg")
    assert digits_of(job) == [7]
    assert (job["width"], job["height"]) == (4000, 3000)
