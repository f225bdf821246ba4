"""Callers during an update: whatever is not the right digit is a lost request."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from stacks.settings import LOCAL
from tools.accept.stage import Stage
from tools.accept.stories.updates import LEAST_ANSWERS, Callers
from tools.accept.story import Differs
from tools.api_client import Answer


def callers_of(predict: Callable[[list[list[int]]], Answer]) -> Callers:
    return Callers(cast("Stage", SimpleNamespace(api=SimpleNamespace(predict=predict), settings=LOCAL)))


def answer(document: object, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(document).encode())


def unreachable(_rows: list[list[int]]) -> Answer:
    raise OSError


@pytest.mark.parametrize(
    "predict",
    [
        lambda _: answer({"predictions": [{"digit": 7}]}, 503),
        lambda _: answer({"predictions": [{"digit": 1}]}),
        lambda _: answer({"predictions": []}),
        lambda _: answer({"message": "Internal server error"}),
        lambda _: answer(None),
        lambda _: Answer(status=200, headers={}, body=b"<html>"),
        unreachable,
    ],
)
def test_it_is_lost(predict: Callable[[list[list[int]]], Answer]) -> None:
    with callers_of(predict) as callers:
        while not callers.lost:
            time.sleep(0.01)
    with pytest.raises(Differs, match="requests that were lost"):
        callers.expect_none_lost()


def test_right_answers_are_counted() -> None:
    with callers_of(lambda _: answer({"predictions": [{"digit": 7}]})) as callers:
        while callers.answers < LEAST_ANSWERS:
            time.sleep(0.01)
    callers.expect_none_lost()
