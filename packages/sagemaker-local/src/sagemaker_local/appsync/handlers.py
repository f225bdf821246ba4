"""The handlers of a channel namespace, APPSYNC_JS code that decides who subscribes and what is delivered.

The code runs in a Node process of MiniStack's, which has the `util` of AppSync; here are its context, and what its
answers mean. https://docs.aws.amazon.com/appsync/latest/eventapi/channel-namespace-handlers.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sagemaker_local.appsync.channels import Channel
from sagemaker_local.appsync.code import exported
from sagemaker_local.appsync.errors import EventsError, Json
from sagemaker_local.appsync.events import Event

ON_SUBSCRIBE, ON_PUBLISH = "onSubscribe", "onPublish"
# What `util.unauthorized()` is called where it arrives: https://github.com/aws-amplify/amplify-js/issues/14947
_UNAUTHORIZED = "Unauthorized"


class Evaluate(Protocol):
    """Runs a function of some code."""

    def __call__(self, code: str, name: str, context: Json) -> Any:
        """The value of the function; raises `EventsError` for `util.error`, `util.unauthorized` and mistakes."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One subscribe or publish request.

    Parameters
    ----------
    channel
        What it is about.
    identity
        The caller; `None` with an API key.
    headers, domain
        What a handler sees of the request.
    """

    channel: Channel
    identity: Json | None
    headers: dict[str, str]
    domain: str

    def context(self, operation: str, events: Sequence[Event] | None) -> Json:
        """`ctx` of the handler."""
        hidden = ("authorization", "x-api-key", "x-amz-security-token")
        listed = None if events is None else [{"id": e.identifier, "payload": json.loads(e.text)} for e in events]
        return {
            "identity": self.identity,
            "request": {
                "headers": {name: value for name, value in self.headers.items() if name not in hidden},
                "domainName": self.domain,
            },
            "info": {
                "channel": {"path": self.channel.path, "segments": list(self.channel.segments)},
                "channelNamespace": {"name": self.channel.namespace},
                "operation": operation,
            },
            "events": listed,
            "result": None,
            "error": None,
            "prev": None,
            "stash": {},
            "outErrors": [],
        }


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a handler makes of the events of a publish: those that are delivered, and why others are not."""

    delivered: list[Event]
    refused: dict[str, str]


class Handlers:
    """Runs the handlers of namespaces.

    Parameters
    ----------
    evaluate
        Runs their code.
    """

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate = evaluate

    def subscribe(self, code: str | None, occasion: Occasion) -> None:
        """Ask `onSubscribe`.

        Raises
        ------
        EventsError
            When it refuses.
        """
        if code and ON_SUBSCRIBE in exported(code):
            self._run(code, ON_SUBSCRIBE, occasion.context("SUBSCRIBE", None))

    def publish(self, code: str | None, occasion: Occasion, events: list[Event]) -> Outcome:
        """Let `onPublish` change events, drop some, or refuse them one by one.

        Raises
        ------
        EventsError
            When it refuses them all.
        """
        if not code or ON_PUBLISH not in exported(code):
            return Outcome(delivered=events, refused={})
        answer = self._run(code, ON_PUBLISH, occasion.context("PUBLISH", events)) or []
        known = {event.identifier: event for event in events}
        outcome = Outcome(delivered=[], refused={})
        for made in answer if isinstance(answer, list) else [answer]:
            if not isinstance(made, dict) or made.get("id") not in known:
                msg = "onPublish must return a list of events with the id of those that it was given"
                raise EventsError("InternalFailure", msg, status=500)
            if made.get("error") is not None:
                outcome.refused[made["id"]] = str(made["error"])
            else:
                text = json.dumps(made.get("payload"), ensure_ascii=False, separators=(",", ":"))
                outcome.delivered.append(replace(known[made["id"]], text=text))
        return outcome

    def _run(self, code: str, name: str, context: Json) -> Any:
        try:
            return self._evaluate(code, name, context)
        except EventsError as error:
            status = 401 if error.kind == _UNAUTHORIZED else error.status
            raise EventsError(error.kind, error.message, status=status) from error
