"""Entry point of the consumer, `stream_consumer.handler.handler`: batch in, partial batch response out, one log line.

Unexpected exceptions are not caught: Lambda then delivers the batch again in halves, and at last sends what remains to
the dead-letter queue. Payloads are never logged.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from stream_consumer.consumer import consume, deliveries
from stream_consumer.parts import make_part
from stream_consumer.settings import Settings
from stream_consumer.storage import S3Parts, SqsDeadLetters, connect

logger = Logger()


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Store one batch of one shard."""
    started = time.perf_counter()
    settings, parts, dead_letters = dependencies()
    batch = deliveries(event)
    make = functools.partial(make_part, prefix=settings.parts_prefix)
    outcome = consume(batch, parts=parts, dead_letters=dead_letters, make_part=make)
    facts = {
        "shard": batch[0].shard,
        "records": len(batch),
        "kept": outcome.kept,
        "dead_letters": outcome.dead_letters,
        "part": outcome.part,
        "failed_from": outcome.failed_from,
        "cause": outcome.cause,
        "duration_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    (logger.error if outcome.failed_from else logger.info)("batch", extra=facts)
    return outcome.response()


@functools.cache
def dependencies() -> tuple[Settings, S3Parts, SqsDeadLetters]:
    """Settings and clients, once for all batches of this process."""
    settings = Settings.from_environment(os.environ)
    return settings, *connect(settings)
