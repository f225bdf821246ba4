"""The condition key `dynamodb:LeadingKeys`: policies that give somebody the items of a partition and no others.

It has the partition keys that a request names: of its item or key, of every item of a batch, of the equality in a
query. A scan names none.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from sagemaker_local.json_text import read_json
from sagemaker_local.ministack.registry import private, replace

_CONTEXT = "ministack.core.iam_actions:dynamodb_service_context"
_EQUALITY = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")

Json = dict[str, Any]


def install() -> None:
    """Give policies the partition keys of a request."""
    known = private(_CONTEXT)

    def dynamodb_service_context(body: bytes) -> Json:
        context = dict(known(body))
        try:
            keys = list(dict.fromkeys(_of(read_json(body or b"{}"))))
        except (AttributeError, KeyError, TypeError, ValueError):
            keys = []
        return {**context, "dynamodb:LeadingKeys": keys} if keys else context

    replace(_CONTEXT, dynamodb_service_context)


def _of(request: Json) -> Iterator[str]:
    if "TableName" in request:
        yield from _of_one(request)
    for table, asked in (request.get("RequestItems") or {}).items():
        items = asked["Keys"] if isinstance(asked, dict) else itertools.chain(*(each.values() for each in asked))
        for each in items:
            yield from _of_one({"TableName": table, "Key": each.get("Key") or each.get("Item") or each})
    for action in itertools.chain(*(each.values() for each in request.get("TransactItems") or ())):
        yield from _of_one(action)


def _of_one(request: Json) -> Iterator[str]:
    table = private("ministack.services.dynamodb:_tables").get(request["TableName"].rpartition("/")[2])
    if table is None:
        return
    name = _partition_key(table, request.get("IndexName"))
    for named in (request.get("Key"), request.get("Item")):
        if named and name in named:
            yield _text(named[name])
    names, values = request.get("ExpressionAttributeNames") or {}, request.get("ExpressionAttributeValues") or {}
    for attribute, value in _EQUALITY.findall(request.get("KeyConditionExpression") or ""):
        if names.get(attribute, attribute) == name:
            yield _text(values[value])


def _partition_key(table: Json, index: str | None) -> str:
    indexes = [*(table.get("GlobalSecondaryIndexes") or ()), *(table.get("LocalSecondaryIndexes") or ())]
    schema = next((each["KeySchema"] for each in indexes if each["IndexName"] == index), table["KeySchema"])
    return next(str(each["AttributeName"]) for each in schema if each["KeyType"] == "HASH")


def _text(value: Json) -> str:
    return str(next(iter(value.values())))
