"""All of CloudWatch's protocols name DescribeAlarms, each in its own place."""

from __future__ import annotations

import pytest

from sagemaker_local.ministack.finer_policies import describes_alarms


@pytest.mark.parametrize(
    ("path", "target", "body"),
    [
        ("/service/GraniteServiceVersion20100801/operation/%s", "", b""),
        ("/", "GraniteServiceVersion20100801.%s", b"{}"),
        ("/", "", b"Action=%s&Version=2010-08-01"),
        ("/", "", b"Version=2010-08-01&Action=%s"),
    ],
    ids=["cbor", "json", "query", "query, last"],
)
def test_alarms_are_described_in_every_protocol(path: str, target: str, body: bytes) -> None:
    for name, expected in (("DescribeAlarms", True), ("DescribeAlarmsForMetric", False), ("PutMetricAlarm", False)):
        asked = (
            path.replace("%s", name),
            {"x-amz-target": target.replace("%s", name)},
            body.replace(b"%s", name.encode()),
        )
        assert describes_alarms(*asked) is expected
