"""Pipes of EventBridge, which carry events from a queue or stream to a target."""

from __future__ import annotations

import math

from tools.review.change import Rule, access, cost, data_loss, harmless, interruption
from tools.review.references import failures, reference
from tools.review.rules.function_sources import filters
from tools.review.shapes import always, number, ordered, present

_STREAM: dict[str, Rule] = {
    "DeadLetterConfig": failures("records"),
    "BatchSize": number(up=harmless("more records in a call"), down=cost("more calls for the same records")),
    "MaximumBatchingWindowInSeconds": always(harmless("only how long records wait for a full batch")),
    "MaximumRetryAttempts": number(
        up=harmless("records that fail are tried more often"),
        down=data_loss("records that fail are given up after fewer tries"),
        default=math.inf,
    ),
    "MaximumRecordAgeInSeconds": number(
        up=harmless("older records are still processed"),
        down=data_loss("records that wait for longer than this are given up"),
        default=math.inf,
    ),
    "OnPartialBatchItemFailure": present(
        removed=data_loss("one bad record takes its whole batch with it"),
        added=harmless("a batch that fails is divided"),
    ),
    "ParallelizationFactor": number(
        up=cost("more calls at the same time"),
        down=interruption("fewer calls at the same time: it may fall behind"),
        default=1,
    ),
}

_SOURCES = (
    "KinesisStream",
    "DynamoDBStream",
    "SqsQueue",
    "ManagedStreamingKafka",
    "SelfManagedKafka",
    "ActiveMQBroker",
    "RabbitMQBroker",
)

_PIPE: dict[str, Rule] = {
    "DesiredState": ordered(
        ["STOPPED", "RUNNING"],
        up=harmless("the pipe runs"),
        down=interruption("the pipe is stopped: nobody processes the events"),
        default="RUNNING",
    ),
    "Target": reference(interruption("events go to another target")),
    "Enrichment": reference(
        interruption("events are completed by another function"), removed=interruption("events are no longer completed")
    ),
    "RoleArn": reference(access("the pipe works with the rights of another role")),
    "SourceParameters.FilterCriteria": filters,
    **{f"SourceParameters.{source}Parameters.{name}": rule for source in _SOURCES for name, rule in _STREAM.items()},
    "TargetParameters": always(harmless("other input for the same target, which is code as well")),
    "EnrichmentParameters": always(harmless("other input for the same target, which is code as well")),
    "LogConfiguration": present(
        removed=data_loss("the pipe no longer logs"),
        added=cost("the pipe logs"),
        changed=data_loss("the pipe logs otherwise"),
    ),
    "KmsKeyIdentifier": reference(
        access("the pipe is encrypted with another key"),
        removed=access("the pipe can be read without the right to use a key of your own"),
        added=harmless("the pipe is encrypted with a key of your own"),
    ),
}

PROPERTIES: dict[str, dict[str, Rule]] = {"AWS::Pipes::Pipe": _PIPE}
REMOVED: dict[str, Rule] = {"AWS::Pipes::Pipe": always(interruption("nobody processes the events any more"))}
ADDED: dict[str, Rule] = {"AWS::Pipes::Pipe": always(harmless("a pipe more; it costs with each event"))}
REPLACED: dict[str, Rule] = {
    "AWS::Pipes::Pipe": always(
        interruption("a new pipe reads the source from its own position; records are skipped or repeated")
    ),
}
