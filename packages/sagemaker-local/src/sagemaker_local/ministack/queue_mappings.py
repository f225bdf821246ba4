"""Event source mappings of SQS queues, in the place of MiniStack's own, which deletes too much and forgets some.

A malformed partial response is a failure of the whole batch, a batching window is waited for, a throttled call is made
again while its messages are invisible, and receiving and deleting need the rights of the function's role. Everything
that touches a queue happens on the event loop: MiniStack changes queues there without a lock, and a message that
another thread appends meanwhile would be lost.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Sequence
from typing import Any

from sagemaker_local import settings
from sagemaker_local.ministack.queue_mapping import Rules, Window, done
from sagemaker_local.ministack.registry import private, replace

logger = logging.getLogger("sagemaker_local.sqs")

_LAMBDA, _SQS = "ministack.services.lambda_svc", "ministack.services.sqs"
_DELIVER = "ministack.services.s3:_deliver_event_to_sqs"
_LOOK_SECONDS, _IDLE_SECONDS = 0.05, 0.5
_REST_SECONDS = 0.2
"""How long a mapping rests after a failure; AWS lowers the number of calls at a time instead."""
_ONE_RECEIVE = 10

Json = dict[str, Any]


def install(loop: asyncio.AbstractEventLoop) -> Mappings:
    """Put the mappings in the place of MiniStack's; whoever serves runs what this returns."""
    replace(f"{_LAMBDA}:_poll_sqs", lambda: False)
    deliver = private(_DELIVER)

    def deliver_event(*arguments: Any, **named: Any) -> None:
        context = contextvars.copy_context()
        loop.call_soon_threadsafe(lambda: context.run(deliver, *arguments, **named))

    replace(_DELIVER, deliver_event)
    return Mappings()


class DeniedError(Exception):
    """The function's role may not do what its mapping needs."""


class Mappings:
    """Every enabled mapping of a queue."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._rest_until: dict[str, float] = {}
        self._under_way: dict[str, int] = {}
        self._batches: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Look after the mappings until cancelled."""
        while True:
            mappings = [
                each for each in private(f"{_LAMBDA}:_iter_all_esms")() if ":sqs:" in each[2].get("EventSourceArn", "")
            ]
            for account, region, mapping in mappings:
                try:
                    contextvars.copy_context().run(self._look, account, region, mapping)
                except Exception:
                    logger.exception("mapping of %s", mapping.get("FunctionName"))
                    self._rest(mapping["UUID"])
            self._forget({mapping["UUID"] for _, _, mapping in mappings})
            await asyncio.sleep(_LOOK_SECONDS if mappings else _IDLE_SECONDS)

    def _look(self, account: str, region: str, mapping: Json) -> None:
        """Begin as many batches of a mapping as there are messages and places for."""
        if not mapping.get("Enabled", True) or self._rest_until.get(mapping["UUID"], 0) > time.monotonic():
            return
        with private("ministack.core.responses:request_scope")(account, region):
            private("ministack.core.iam_evaluator:pin_request_origin")(settings.HOST, True)
            queue = private(f"{_SQS}:_queue_by_arn")(mapping["EventSourceArn"])
            function, config = private(f"{_LAMBDA}:_get_func_record_for_qualifier")(
                mapping["FunctionName"], mapping.get("Qualifier")
            )
            if queue is None or function is None:
                return
            places = private(f"{_LAMBDA}:_sqs_esm_concurrency")(mapping, function, config, queue)
            try:
                while self._under_way.get(mapping["UUID"], 0) < places and self._begin(mapping, function, queue):
                    pass
            except DeniedError as error:
                self._problem(mapping, error)

    def _begin(self, mapping: Json, function: Json, queue: Json) -> bool:
        """Begin one batch, if there is one."""
        identifier, rules = mapping["UUID"], Rules.of(mapping)
        now = time.time()
        waiting = sum(message.get("visible_at", 0) <= now for message in queue["messages"])
        window = self._windows.setdefault(identifier, Window())
        if not window.is_over(waiting, rules, time.monotonic()):
            return False
        for action in ("ReceiveMessage", "GetQueueAttributes"):
            _check(function, action, mapping["EventSourceArn"])
        batch = _receive(queue, rules.batch_messages)
        wanted = private(f"{_LAMBDA}:_apply_filter_criteria")([_record(message, mapping) for message in batch], mapping)
        kept = {record["messageId"] for record in wanted}
        _delete(queue, [message for message in batch if message["id"] not in kept])
        if wanted:
            self._under_way[identifier] = self._under_way.get(identifier, 0) + 1
            messages = [message for message in batch if message["id"] in kept]
            task = asyncio.create_task(self._deliver(mapping, function, queue, messages, {"Records": wanted}))
            self._batches.add(task)
            task.add_done_callback(self._batches.discard)
        return bool(batch)

    async def _deliver(self, mapping: Json, function: Json, queue: Json, messages: Sequence[Json], event: Json) -> None:
        """Call the function with one batch, and delete what is done."""
        identifier = mapping["UUID"]
        held = {record["messageId"]: record["receiptHandle"] for record in event["Records"]}
        try:
            result = await _call(function, event, min(message["visible_at"] for message in messages))
            if result.get("error"):
                mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
                logger.warning(
                    "%s failed on %d messages: %s", mapping["FunctionName"], len(messages), result.get("body")
                )
                self._rest(identifier)
                return
            finished = done([message["id"] for message in messages], Rules.of(mapping), result.get("body"))
            _check(function, "DeleteMessage", mapping["EventSourceArn"])
            _delete(queue, [m for m in messages if m["id"] in finished and m["receipt_handle"] == held[m["id"]]])
            mapping["LastProcessingResult"] = f"OK - {len(finished)} of {len(messages)} records"
            if not finished:
                self._rest(identifier)
        except DeniedError as error:
            self._problem(mapping, error)
        except Exception:
            logger.exception("batch of %s", mapping["FunctionName"])
        finally:
            self._under_way[identifier] -= 1

    def _problem(self, mapping: Json, error: DeniedError) -> None:
        text = f"PROBLEM: {error}"
        if mapping.get("LastProcessingResult") != text:
            logger.warning("mapping of %s: %s", mapping["FunctionName"], error)
        mapping["LastProcessingResult"] = text
        self._rest(mapping["UUID"])

    def _rest(self, identifier: str) -> None:
        self._rest_until[identifier] = time.monotonic() + _REST_SECONDS

    def _forget(self, known: set[str]) -> None:
        for kept in (self._windows, self._rest_until):
            for identifier in set(kept) - known:
                del kept[identifier]


async def _call(function: Json, event: Json, until: float) -> Json:
    """The result of the function; a throttled call is made again until the messages are visible again."""
    rest = _REST_SECONDS
    while True:
        result: Json = await private("ministack.core.concurrency:run_reentrant")(
            private(f"{_LAMBDA}:_execute_function"), function, event
        )
        if not result.get("throttle") or time.time() + rest > until:
            return result
        await asyncio.sleep(rest)
        rest = min(rest * 2, 2.0)


def _check(function: Json, action: str, queue_arn: str) -> None:
    """See that the function's role may do that with the queue.

    Raises
    ------
    DeniedError
        When it may not.
    """
    if not settings.asks_policies():
        return
    config = function.get("config") or function
    key = private("ministack.core.lambda_runtime:execution_credentials")(config)["AWS_ACCESS_KEY_ID"]
    region = queue_arn.split(":")[3]
    enforce = private("ministack.core.iam_evaluator:enforce")
    if enforce(key, f"sqs:{action}", "sqs", region, resource_arn=queue_arn) is not None:
        msg = f"{config.get('Role')} is not allowed to perform sqs:{action} on {queue_arn}"
        raise DeniedError(msg)


def _receive(queue: Json, count: int) -> list[Json]:
    """So many messages, received ten at a time; what was received too often goes to the dead-letter queue first."""
    url, batch = queue["url"], list[Json]()
    while len(batch) < count:
        wanted = min(_ONE_RECEIVE, count - len(batch))
        received = private(f"{_SQS}:_receive_messages_for_esm")(url, wanted)
        batch += received
        if len(received) < wanted:
            break
    return batch


def _delete(queue: Json, messages: Sequence[Json]) -> None:
    handles = {message["receipt_handle"] for message in messages}
    if handles:
        private(f"{_SQS}:_delete_messages_for_esm")(queue["url"], handles)


def _record(message: Json, mapping: Json) -> Json:
    """The event of one message: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    system = message.get("sys") or {}
    attributes = {
        "ApproximateReceiveCount": str(message["receive_count"]),
        "SentTimestamp": str(int(message["sent_at"] * 1000)),
        "SenderId": str(system.get("SenderId") or settings.ACCOUNT),
        "ApproximateFirstReceiveTimestamp": str(int(message["first_receive_at"] * 1000)),
        **{name: str(system[name]) for name in ("AWSTraceHeader", "DeadLetterQueueSourceArn") if system.get(name)},
    }
    ordered = {"MessageGroupId": "group_id", "MessageDeduplicationId": "dedup_id", "SequenceNumber": "seq"}
    attributes |= {name: str(message[key]) for name, key in ordered.items() if message.get(key) is not None}
    described = {
        name: {key[:1].lower() + key[1:]: value for key, value in attribute.items()}
        for name, attribute in (message.get("message_attributes") or {}).items()
    }
    return {
        "messageId": message["id"],
        "receiptHandle": message["receipt_handle"],
        "body": message["body"],
        "attributes": attributes,
        "messageAttributes": described,
        "md5OfBody": message["md5_body"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping["EventSourceArn"],
        "awsRegion": mapping["EventSourceArn"].split(":")[3],
    }
