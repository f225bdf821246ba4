"""When something goes wrong in what is deployed: a person is told, finds the lines, and tries the upload again."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.conftest import one_of_each
from tests.support.uploading import digits_of, picture_of, until
from tools.accept.listening import heard_alarms, listening_queue
from tools.api_client import ApiClient
from tools.deployment import ROOT, Deployment, stack_outputs
from tools.upload_client import Uploader
from training.data.dataset import Split

ACTION = f"action-{uuid.uuid4()}"
ALARM = "digits-local-upload-dead-letters"
ALARM_SECONDS = 500
"""All attempts of the worker with their pauses, a period of the alarm, and a slow machine."""


@pytest.fixture(scope="module")
def uploader(api: ApiClient) -> Uploader:
    return Uploader.of(api)


@pytest.fixture(scope="module")
def listener(deployment: Deployment) -> Iterator[str]:
    """A queue that hears what people are told."""
    topic = stack_outputs(deployment, "operations")["AlarmTopicArn"]
    with ExitStack() as ends:
        yield listening_queue(
            deployment.client,
            topic=topic,
            name="listener",
            at_end=lambda _what, clean_up, **members: ends.callback(clean_up, **members),
        )


def begin(uploader: Uploader, body: bytes) -> dict[str, Any]:
    """Begin an upload under the id of the user action, as the page does under an id of its own."""
    wanted = json.dumps({"content_type": "image/png", "size_bytes": len(body)}).encode()
    headers = {"Content-Type": "application/json", "X-Correlation-Id": ACTION}
    answer = uploader.api.request("POST", "/uploads", body=wanted, headers=headers)
    assert answer.status == 201, answer.body
    job: dict[str, Any] = answer.json()
    assert uploader.send(job["upload"], body).status == 204
    return job


def test_a_dead_letter_tells_a_person_who_tries_it_again(
    deployment: Deployment,
    uploader: Uploader,
    listener: str,
    test_split: Split,
    faults: Callable[..., None],
) -> None:
    # Only a change is told of.
    until(lambda: not _is_ringing(deployment), ALARM_SECONDS, "the alarm of an earlier run does not end")
    faults("digits-local", "model-error")
    job = begin(uploader, picture_of(one_of_each(test_split)[7]))
    until(lambda: _told(deployment, listener), ALARM_SECONDS, "nobody was told of the dead letter")
    looked = _redrive(deployment, "--look")
    assert "dead letters: 1" in looked.stdout
    assert f"job {job['job_id']}  PENDING" in looked.stdout
    faults("digits-local", "clear")
    done = _redrive(deployment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"job {job['job_id']}  DONE: 7" in done.stdout
    assert "dead letters left: 0" in done.stdout
    assert digits_of(uploader.status(job)) == [7]


def _told(deployment: Deployment, listener: str) -> bool:
    """Whether the alarm was told of, in words that lead on."""
    for told in heard_alarms(deployment.client, listener):
        if told["AlarmName"] == ALARM:
            assert told["NewStateValue"] == "ALARM"
            assert told["AlarmDescription"].endswith("docs/operations.md#upload-dead-letters")
            return True
    return False


def _is_ringing(deployment: Deployment) -> bool:
    (alarm,) = deployment.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return bool(alarm["StateValue"] == "ALARM")


def _redrive(deployment: Deployment, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.redrive", "local", *options]
    variables = {**deployment.variables}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def test_one_id_leads_through_the_logs(deployment: Deployment) -> None:
    lines = _lines(deployment)
    by_service: dict[str, set[str]] = {}
    for line in lines:
        by_service.setdefault(line["service"], set()).add(line.get("message", "metrics"))
    assert by_service == {"uploads": {"request", "metrics"}, "upload_worker": {"upload failed", "upload", "metrics"}}
    assert len({line["job_id"] for line in lines if "job_id" in line}) == 1


def _lines(deployment: Deployment) -> list[dict[str, Any]]:
    """What all functions logged under the id of the user action."""
    logs = deployment.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    found = [logs.filter_log_events(logGroupName=name, filterPattern=f'"{ACTION}"')["events"] for name in groups]
    return [json.loads(event["message"]) for events in found for event in events]


@pytest.mark.parametrize(
    ("service", "name", "least"),
    [
        ("upload_worker", "UploadsDone", 1),
        ("upload_worker", "Digit7", 1),
        ("upload_worker", "Retries", 3),
        ("uploads", "UploadsBegun", 1),
    ],
)
def test_what_functions_record_is_in_cloudwatch(deployment: Deployment, service: str, name: str, least: int) -> None:
    dimensions = {"service": service, "environment": "local"}
    now = datetime.now(UTC)
    answer = deployment.client("cloudwatch").get_metric_statistics(
        Namespace="Digits",
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=2),
        EndTime=now + timedelta(minutes=2),
        Period=3600,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in answer["Datapoints"]) >= least


def test_the_dashboard_is_there_with_all_its_references(deployment: Deployment) -> None:
    name = stack_outputs(deployment, "operations")["DashboardName"]
    body = json.loads(deployment.client("cloudwatch").get_dashboard(DashboardName=name)["DashboardBody"])
    worker = stack_outputs(deployment, "upload")["WorkerName"]
    assert len(body["widgets"]) > 30
    assert worker in json.dumps(body)
    assert "Fn::" not in json.dumps(body)
