"""The messages in the dead-letter queue: two kinds, read here into one. Calls no service.

The consumer writes one for a record that it cannot use (`digits.dead-letter/1`), Lambda for a batch that failed
(https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html).
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.errors import ContractError
from contract.json_fields import JsonFields, parse_json
from contract.schemas import DEAD_LETTER


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """One message.

    Parameters
    ----------
    receipt
        receipt handle, with which the queue removes it
    reason
        why, in words
    shard
        of the stream
    first, last
        sequence numbers; the same for a single record
    count
        records that it refers to
    arrived_at
        when the first of them came, ISO 8601
    payload
        where the single record's payload is kept, `s3://...`; None for a batch, which is only in the stream
    partition_key
        of the single record
    """

    receipt: str
    reason: str
    shard: str
    first: str
    last: str
    count: int
    arrived_at: str
    payload: str | None
    partition_key: str | None


def read_dead_letter(body: str, receipt: str) -> DeadLetter:
    """Read one message; one that is neither of the two kinds is shown by its beginning.

    Parameters
    ----------
    body
        the message
    receipt
        its handle
    """
    try:
        fields = JsonFields(parse_json(body, name="the message", remedy=""))
        is_record = fields.optional_text("schema") == DEAD_LETTER
        letter = _record(fields, receipt) if is_record else _batch(fields, receipt)
        fields.check("the message", remedy="")
    except ContractError:
        return DeadLetter(
            receipt=receipt, reason=f"not understood: {body[:60]!r}", shard="", first="", last="", count=0,
            arrived_at="", payload=None, partition_key=None,
        )  # fmt: skip
    return letter


def _record(fields: JsonFields, receipt: str) -> DeadLetter:
    number = fields.text("sequence_number")
    return DeadLetter(
        receipt=receipt,
        reason=fields.text("reason"),
        shard=fields.text("shard"),
        first=number,
        last=number,
        count=1,
        arrived_at=fields.text("arrived_at"),
        payload=fields.text("payload"),
        partition_key=fields.text("partition_key"),
    )


def _batch(fields: JsonFields, receipt: str) -> DeadLetter:
    context, batch = fields.inner("requestContext"), fields.inner("KinesisBatchInfo")
    calls = context.whole("approximateInvokeCount")
    return DeadLetter(
        receipt=receipt,
        reason=f"failed after {calls} invocations: {context.text('condition')}; see the log of the consumer",
        shard=batch.text("shardId"),
        first=batch.text("startSequenceNumber"),
        last=batch.text("endSequenceNumber"),
        count=batch.whole("batchSize"),
        arrived_at=batch.text("approximateArrivalOfFirstRecord"),
        payload=None,
        partition_key=None,
    )
