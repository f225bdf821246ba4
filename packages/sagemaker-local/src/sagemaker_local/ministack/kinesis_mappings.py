"""Event source mappings of Kinesis streams, in the place of MiniStack's own, which knows no partial responses.

MiniStack's poller delivers a failed batch for ever. Here `sagemaker_local.ministack.kinesis_mapping` decides: partial
batch responses, halves, retries, record age, on-failure destination. Streams are read, and queues written, over the
emulator's own API with the rights of the function's role, as Lambda does it: a role that lacks one of them shows.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sagemaker_local import settings
from sagemaker_local.faults.front import OWN_USER_AGENT
from sagemaker_local.ministack.kinesis_mapping import FunctionError, GivenUp, Record, Rules, ShardDelivery
from sagemaker_local.ministack.registry import private, replace

logger = logging.getLogger("sagemaker_local.kinesis")

_LAMBDA = "ministack.services.lambda_svc"
_REST_SECONDS = 0.5
"""How long a mapping rests after a failure; AWS waits longer each time."""

Json = Mapping[str, Any]


def install(port: int) -> None:
    """Put the poller in the place of MiniStack's; `port` is where the emulator's own API is."""
    replace(f"{_LAMBDA}:_poll_kinesis", Poller(port).poll)


class Poller:
    """Polls every enabled mapping of a stream; MiniStack calls it from its one polling thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._shards: dict[tuple[str, str], ShardDelivery] = {}
        self._rest_until: dict[str, float] = {}

    def poll(self) -> bool:
        """Deliver at most one batch of each shard; returns whether any moved on."""
        mappings = [
            (account, region, mapping)
            for account, region, mapping in private(f"{_LAMBDA}:_iter_all_esms")()
            if ":kinesis:" in mapping.get("EventSourceArn", "") and mapping.get("Enabled", True)
        ]
        self._forget({mapping["UUID"] for _, _, mapping in mappings})
        moved = [self._poll_one(*each) for each in mappings if self._rest_until.get(each[2]["UUID"], 0) < time.time()]
        return any(moved)

    def _poll_one(self, account: str, region: str, mapping: dict[str, Any]) -> bool:
        with private("ministack.core.responses:request_scope")(account, region):
            function, _ = private(f"{_LAMBDA}:_get_func_record_for_qualifier")(
                mapping["FunctionName"], mapping.get("Qualifier")
            )
            if function is None:
                return False
            try:
                return self._deliver(mapping, function, region)
            except (ClientError, BotoCoreError) as error:
                mapping["LastProcessingResult"] = f"PROBLEM: {error}"
                logger.warning("mapping of %s: %s", mapping["FunctionName"], error)
                self._rest(mapping)
                return False

    def _deliver(self, mapping: dict[str, Any], function: dict[str, Any], region: str) -> bool:
        config = function.get("config") or function
        credentials = private("ministack.core.lambda_runtime:execution_credentials")(config)
        clients = functools.partial(_client, self._port, region, tuple(sorted(credentials.items())))
        stream, rules, moved = clients("kinesis"), Rules.of(mapping), False
        for shard in _shards(stream, mapping["EventSourceArn"]):
            delivery = self._shards.setdefault((mapping["UUID"], shard), ShardDelivery())
            moved |= delivery.step(
                functools.partial(_fetch, stream, mapping, shard, region, config.get("Role", "")),
                rules,
                time.time(),
                call=functools.partial(self._call, mapping, function),
                give_up=functools.partial(_give_up, clients, mapping, config, shard),
            )
        return moved

    def _call(self, mapping: dict[str, Any], function: dict[str, Any], records: tuple[Record, ...]) -> Any:
        event = {"Records": [record.event for record in records]}
        result = private(f"{_LAMBDA}:_execute_function")(function, event)
        if result.get("error"):
            mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
            logger.warning("%s failed on %d records: %s", mapping["FunctionName"], len(records), result.get("body"))
            self._rest(mapping)
            raise FunctionError
        mapping["LastProcessingResult"] = "OK"
        if (result.get("body") or {}).get("batchItemFailures"):
            self._rest(mapping)
        return result.get("body")

    def _rest(self, mapping: Json) -> None:
        self._rest_until[mapping["UUID"]] = time.time() + _REST_SECONDS

    def _forget(self, known: set[str]) -> None:
        self._shards = {key: delivery for key, delivery in self._shards.items() if key[0] in known}


@functools.lru_cache(maxsize=32)
def _client(port: int, region: str, credentials: tuple[tuple[str, str], ...], service: str) -> Any:
    keys = {name.lower(): value for name, value in credentials}
    config = Config(retries={"total_max_attempts": 1}, proxies={}, user_agent_extra=OWN_USER_AGENT)
    where = f"http://{settings.HOST}:{port}"
    session: Any = boto3.session.Session()
    return session.client(service, region_name=region, endpoint_url=where, config=config, **keys)


def _shards(stream: Any, arn: str) -> Iterator[str]:
    for shard in stream.list_shards(StreamARN=arn)["Shards"]:
        yield shard["ShardId"]


def _fetch(stream: Any, mapping: Json, shard: str, region: str, role: str, after: str, limit: int) -> list[Record]:
    where: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
    if after:
        where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
    elif mapping.get("StartingPosition") != "TRIM_HORIZON":
        where = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": mapping["LastModified"]}
    arn = mapping["EventSourceArn"]
    iterator = stream.get_shard_iterator(StreamARN=arn, ShardId=shard, **where)["ShardIterator"]
    answer = stream.get_records(StreamARN=arn, ShardIterator=iterator, Limit=limit)
    return [_record(record, shard, arn, region, role) for record in answer["Records"]]


def _record(record: Json, shard: str, arn: str, region: str, role: str) -> Record:
    """The event of one record: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html."""
    number, arrived = record["SequenceNumber"], record["ApproximateArrivalTimestamp"].timestamp()
    kinesis = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record["PartitionKey"],
        "sequenceNumber": number,
        "data": base64.b64encode(record["Data"]).decode(),
        "approximateArrivalTimestamp": arrived,
    }
    event = {
        "kinesis": kinesis,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role,
        "awsRegion": region,
        "eventSourceARN": arn,
    }
    return Record(sequence_number=number, arrived_at=arrived, event=event)


def _give_up(clients: Any, mapping: Json, function: Json, shard: str, given_up: GivenUp) -> None:
    """Notify the on-failure destination, if it is a queue; the records themselves are not part of it.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """
    arn = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
    logger.warning("gave up %d records of %s: %s", len(given_up.records), shard, given_up.condition)
    if ":sqs:" not in arn:
        return
    queue = clients("sqs")
    _, _, _, _, account, name = arn.split(":", 5)
    url = f"{queue.meta.endpoint_url}/{account}/{name}"
    message = _message(given_up, mapping["EventSourceArn"], function["FunctionArn"], shard)
    queue.send_message(QueueUrl=url, MessageBody=json.dumps(message))


def _message(given_up: GivenUp, stream_arn: str, function_arn: str, shard: str) -> dict[str, Any]:
    first, last = given_up.records[0], given_up.records[-1]
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function_arn,
            "condition": given_up.condition,
            "approximateInvokeCount": given_up.calls,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _iso(time.time()),
        "KinesisBatchInfo": {
            "shardId": shard,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": _iso(first.arrived_at),
            "approximateArrivalOfLastRecord": _iso(last.arrived_at),
            "batchSize": len(given_up.records),
            "streamArn": stream_arn,
        },
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
