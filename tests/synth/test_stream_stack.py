"""What must hold for the stream, its consumer and its dead letters in every environment."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from stacks.shared.errors import ConfigurationError
from stacks.shared.function_bundle import LARGEST_BYTES, FunctionSource, check_size, leave_out
from stacks.shared.function_target import FunctionTarget
from stacks.stream.digit_stream import UNUSED_OF_PYARROW
from stacks.stream.settings import OnDemand, Provisioned, StreamSettings
from tests.support.assemblies import Assembly, Json, as_list, as_text

NEEDS = ("stream",)

STREAM, QUEUE = "DigitsStream1D8ED125", "DigitsDeadLettersD6B49D83"
CONSUMER = FunctionSource(
    package="stream_consumer",
    has_requirements=True,
    requirements_name="requirements-stream.txt",
    left_out=UNUSED_OF_PYARROW,
)


def resources(assembly: Assembly, kind: str) -> dict[str, Json]:
    """The properties of each resource of a type in the stack of the stream."""
    found = assembly.template("stream")["Resources"]
    return {name: each["Properties"] for name, each in found.items() if each["Type"] == kind}


def only(assembly: Assembly, kind: str) -> Json:
    (found,) = resources(assembly, kind).values()
    return found


def settings_of(assembly: Assembly) -> StreamSettings:
    return assembly.settings.stream


def test_logical_ids_of_stateful_things_stay(assembly: Assembly) -> None:
    # A changed id would make a new stream without the records that the old one still holds.
    assert list(resources(assembly, "AWS::Kinesis::Stream")) == [STREAM]
    assert list(resources(assembly, "AWS::SQS::Queue")) == [QUEUE]


def test_the_stream_is_named_encrypted_and_sized(assembly: Assembly) -> None:
    stream, settings = only(assembly, "AWS::Kinesis::Stream"), settings_of(assembly)
    assert stream["Name"] == f"digits-{assembly.settings.environment}"
    assert stream["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    assert stream["RetentionPeriodHours"] == settings.retention_hours
    if isinstance(settings.capacity, Provisioned):
        assert stream["ShardCount"] == settings.capacity.shards
        assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    else:
        assert stream["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
        assert "ShardCount" not in stream


def test_nothing_is_given_up_without_a_trace(assembly: Assembly) -> None:
    mapping, settings = only(assembly, "AWS::Lambda::EventSourceMapping"), settings_of(assembly)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == settings.retries >= 2
    assert mapping["MaximumRecordAgeInSeconds"] == settings.record_age_seconds
    # Later than that the stream itself forgets the record, and nobody is told.
    assert mapping["MaximumRecordAgeInSeconds"] < only(assembly, "AWS::Kinesis::Stream")["RetentionPeriodHours"] * 3600
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [QUEUE, "Arn"]}}}
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_batches_are_those_of_the_settings(assembly: Assembly) -> None:
    mapping, settings = only(assembly, "AWS::Lambda::EventSourceMapping"), settings_of(assembly)
    assert mapping["BatchSize"] == settings.batch_records
    assert mapping["MaximumBatchingWindowInSeconds"] == settings.batch_window_seconds
    assert mapping["ParallelizationFactor"] == settings.parallelization
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [STREAM, "Arn"]}


def test_dead_letters_are_encrypted_kept_and_speak_tls_only(assembly: Assembly) -> None:
    queue = only(assembly, "AWS::SQS::Queue")
    assert (queue["SqsManagedSseEnabled"], queue["MessageRetentionPeriod"]) == (True, 14 * 24 * 3600)
    (statement,) = only(assembly, "AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    wanted = "Delete" if assembly.settings.environment == "local" else "RetainExceptOnCreate"
    assert assembly.template("stream")["Resources"][QUEUE]["DeletionPolicy"] == wanted


def test_the_consumer_may_do_its_work_and_no_more(assembly: Assembly) -> None:
    role = only(assembly, "AWS::IAM::Role")
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {
        (action, as_text(resource))
        for statement in statements
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
        if not action.startswith("logs:")
    }
    reads = {action for action, resource in allowed if STREAM in resource}
    assert reads == {
        f"kinesis:{name}"
        for name in ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
    }
    others = {(action, resource) for action, resource in allowed if STREAM not in resource}
    assert {action for action, _ in others} == {"s3:PutObject", "sqs:SendMessage"}
    written = {resource.partition(">")[2] for action, resource in others if action == "s3:PutObject"}
    assert written == {"/stream/parts/*", "/stream/dead-letters/*"}
    assert [QUEUE in resource for action, resource in others if action == "sqs:SendMessage"] == [True]


def test_the_command_line_is_told_where_everything_is(assembly: Assembly) -> None:
    parameter = only(assembly, "AWS::SSM::Parameter")
    assert parameter["Name"] == f"/digits/{assembly.settings.environment}/stream"
    text = as_text(parameter["Value"])
    for part in ("digits.stream/1", "stream/parts/", "stream/dead-letters/", STREAM, QUEUE):
        assert part in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"retention_hours": 23}, "stream retention_hours is 23; allowed is 24 to 8760"),
        ({"batch_records": 0}, "stream batch_records is 0; allowed is 1 to 10000"),
        ({"batch_window_seconds": 301}, "stream batch_window_seconds is 301; allowed is 0 to 300"),
        ({"parallelization": 11}, "stream parallelization is 11; allowed is 1 to 10"),
        ({"retries": -1}, "stream retries is -1; allowed is 0 to 10000"),
        ({"record_age_seconds": 59}, "stream record_age_seconds is 59; allowed is 60 to 604800"),
        ({"dead_letter_days": 15}, "stream dead_letter_days is 15; allowed is 1 to 14"),
        ({"record_age_seconds": 86_400}, "forgets a record after 86400 seconds without a dead letter"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_bad_settings_are_named_with_their_value(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        StreamSettings(capacity=OnDemand(), **change)
    assert sentence in str(caught.value)


def test_a_stream_has_a_shard_at_least() -> None:
    with pytest.raises(ConfigurationError, match="stream shards is 0; allowed is 1 to 500"):
        Provisioned(shards=0)


def test_what_is_left_out_is_part_of_the_digest() -> None:
    whole = dataclasses.replace(CONSUMER, left_out=())
    assert whole.digest(FunctionTarget.LAMBDA) != CONSUMER.digest(FunctionTarget.LAMBDA)
    assert CONSUMER.requirements is not None
    assert "pyarrow==" in CONSUMER.requirements.read_text()


def test_leaving_out_removes_what_matches_and_nothing_else(tmp_path: Path) -> None:
    for name in ("pyarrow/tests/a.py", "pyarrow/_flight.so", "pyarrow/lib.so"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    leave_out(tmp_path, ("pyarrow/tests", "pyarrow/_flight*"))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["lib.so"]


def test_a_pattern_that_matches_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nothing in the bundle is 'pyarrow/_flight"):
        leave_out(tmp_path, ("pyarrow/_flight*",))


def test_a_bundle_that_lambda_would_refuse_is_refused_here(tmp_path: Path) -> None:
    with (tmp_path / "large.so").open("wb") as file:
        file.truncate(LARGEST_BYTES)
    check_size(tmp_path)
    (tmp_path / "one.py").write_text("#")
    with pytest.raises(ConfigurationError, match="has 262144001 bytes unpacked; Lambda takes 262144000"):
        check_size(tmp_path)
