"""What calls Lambda functions, and under which name: event source mappings, versions, aliases, addresses, layers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.cors import EXPOSED, HEADERS, METHODS, ORIGINS
from tools.review.references import failures, reference
from tools.review.shapes import always, listed, number, ordered, present, switch
from tools.review.values import at, properties


def filters(change: Change) -> Verdict:
    """Judge filters: an event has to match one of them; what matches none is thrown away unread."""
    before, after = _filters(change.before), _filters(change.after)
    lost = data_loss("events that match no filter are thrown away unread, among them some that were read so far")
    if not after:
        return cost("events that were filtered out so far call the function too")
    if not before or not before <= after:
        return lost
    return cost("more events match and call the function")


def _filters(value: Any) -> set[str]:
    items = value.get("Filters") if isinstance(value, dict) else None
    return {str(item) for item in items} if isinstance(items, list) else set()


def starting_position(change: Change) -> Verdict:
    """Judge where a new reader begins."""
    if change.after == "TRIM_HORIZON":
        return interruption("everything that the stream still holds is processed, once more where it already was")
    return data_loss("the new reader skips records that nobody has read yet")


def replaced_mapping(change: Change) -> Verdict:
    """Judge a new mapping in place of the old one: a queue waits, a stream is read from start or end."""
    position = properties(change.head).get("StartingPosition")
    if position is None:
        return harmless("a new mapping reads the same queue before the old one ends; messages wait in the queue")
    if position == "TRIM_HORIZON":
        return interruption("the new mapping processes everything that the stream still holds a second time")
    return data_loss("the new mapping forgets how far the old one had read: records in between are never processed")


def retries(change: Change) -> Verdict | None:
    """Judge the tries of a stream's records; -1, the default, is without end."""
    before, after = (math.inf if value in (None, -1, "-1") else value for value in (change.before, change.after))
    if after == math.inf and before != math.inf:
        return interruption("a record that always fails stops its shard until it expires")
    return number(
        up=harmless("records that fail are tried more often before they are given up"),
        down=data_loss("records that fail are given up after fewer tries"),
    )(replace(change, before=before, after=after))


def record_age(change: Change) -> Verdict | None:
    """Judge the age at which records are given up; -1, the default, is never."""
    before, after = (math.inf if value in (None, -1, "-1") else value for value in (change.before, change.after))
    return number(
        up=harmless("older records are still processed"),
        down=data_loss("records that wait for longer than this are given up unprocessed"),
    )(replace(change, before=before, after=after))


_POLLERS: dict[str, Rule] = {
    "ProvisionedPollerConfig": present(
        added=cost("pollers run all the time, and are paid for"),
        removed=interruption("no pollers are kept ready: messages wait for longer when many come at once"),
    ),
} | {
    f"ProvisionedPollerConfig.{bound}Pollers": number(
        up=cost("more pollers run"), down=interruption("fewer pollers run: messages wait for longer")
    )
    for bound in ("Minimum", "Maximum")
}

_MAPPING: dict[str, Rule] = {
    "Enabled": switch(
        on=harmless("events are processed"),
        off=interruption("nobody processes the events: they wait until they expire"),
        default=True,
    ),
    "BatchSize": number(
        up=harmless("more events in a call; a call may take longer, and its time-out has to allow for that"),
        down=cost("more calls for the same events"),
    ),
    "MaximumBatchingWindowInSeconds": number(
        up=harmless("fewer calls; events wait for longer until a batch is full"),
        down=cost("more calls for the same events, which wait for less long"),
        default=0,
    ),
    "DestinationConfig": failures("records"),
    "BisectBatchOnFunctionError": switch(
        on=harmless("a batch that fails is divided, so that only the bad record is given up"),
        off=data_loss("one bad record takes the whole batch with it when it is given up"),
    ),
    "MaximumRetryAttempts": retries,
    "MaximumRecordAgeInSeconds": record_age,
    "FilterCriteria": filters,
    "StartingPosition": starting_position,
    "StartingPositionTimestamp": always(
        data_loss("the new reader begins at another time: it skips or repeats records")
    ),
    "ScalingConfig.MaximumConcurrency": number(
        up=cost("more calls run at the same time"),
        down=interruption("fewer calls run at the same time: messages wait for longer, and may expire"),
        default=math.inf,
    ),
    "ParallelizationFactor": number(
        up=cost("more calls run at the same time for each shard"),
        down=interruption(
            "fewer calls run at the same time for each shard: the reader may fall behind until records expire"
        ),
        default=1,
    ),
    "FunctionResponseTypes": listed(
        added=harmless("only the events that failed are tried again; the function has to name them in its answer"),
        removed=data_loss(
            "one event that fails brings back its whole batch: the others are done twice, or given up with it"
        ),
    ),
    "TumblingWindowInSeconds": always(interruption("sums over a window begin and end at other times")),
    "EventSourceArn": reference(interruption("it reads another source; nobody reads the old one")),
    "FunctionName": reference(interruption("another function is called with the events")),
    "KmsKeyArn": reference(
        interruption("another key, which may not be allowed to it"),
        removed=access("the filter can be read without the right to use a key of your own"),
        added=harmless("the filter is encrypted with a key of your own"),
    ),
    "SourceAccessConfigurations": always(access("it signs in to the source in another way, or from another network")),
    "Topics": listed(added=cost("more topics are read"), removed=interruption("a topic is no longer read")),
    "Queues": listed(added=cost("more queues are read"), removed=interruption("a queue is no longer read")),
    "MetricsConfig": always(harmless("only which metrics are counted")),
    "LoggingConfig": always(harmless("only what the mapping logs of itself")),
    **_POLLERS,
}

_INVOKE: dict[str, Rule] = {
    "MaximumRetryAttempts": number(
        up=harmless("events that fail are tried more often"),
        down=data_loss("events that fail are given up after fewer tries"),
        default=2,
    ),
    "MaximumEventAgeInSeconds": number(
        up=harmless("events that wait for longer are still processed"),
        down=data_loss("events that wait for longer than this are given up"),
        default=21600,
    ),
    "DestinationConfig.OnFailure": failures("events"),
    "DestinationConfig.OnSuccess": reference(
        access("results go to another place than before"),
        removed=interruption("whoever works on the results is told nothing more"),
        added=harmless("results are passed on"),
    ),
}

_URL: dict[str, Rule] = {
    "AuthType": ordered(
        ["NONE", "AWS_IAM"],
        up=interruption("callers that do not sign their requests are rejected"),
        down=access("everybody on the internet may call the function"),
    ),
    "InvokeMode": ordered(
        ["BUFFERED", "RESPONSE_STREAM"],
        up=harmless("answers are sent while they are made; the function has to write them so"),
        down=interruption("answers larger than 6 MB fail"),
        default="BUFFERED",
    ),
    "Cors": present(
        removed=interruption("pages of other origins can no longer call it"),
        added=access("pages of other origins may call it"),
    ),
    "Cors.AllowCredentials": switch(
        on=access("pages of other origins may call it with the cookies of their visitors"),
        off=interruption("pages of other origins can no longer send cookies"),
    ),
    "Cors.MaxAge": always(harmless("only how long browsers remember what is allowed")),
    "Cors.AllowOrigins": ORIGINS,
    "Cors.AllowMethods": METHODS,
    "Cors.AllowHeaders": HEADERS,
    "Cors.ExposeHeaders": EXPOSED,
}

_ALIAS: dict[str, Rule] = {
    "FunctionVersion": always(harmless("the alias moves to another version of the code, which is what a release is")),
    "RoutingConfig": always(harmless("the share of the calls that a version answers, as in every gradual release")),
    "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions": number(
        up=cost("more environments are kept warm and paid for"),
        down=interruption("fewer environments are kept warm: more callers wait for a start"),
        default=0,
    ),
}

_SIGNING: dict[str, Rule] = {
    "AllowedPublishers": present(
        removed=access("code of every signer is accepted"), added=harmless("only code of these signers is accepted")
    ),
    "AllowedPublishers.SigningProfileVersionArns": listed(
        added=access("code of more signers is accepted"), removed=interruption("code of a signer is rejected")
    ),
    "CodeSigningPolicies.UntrustedArtifactOnDeployment": ordered(
        ["Warn", "Enforce"],
        up=harmless("code with a bad signature is rejected"),
        down=access("code with a bad signature is only warned of"),
        default="Warn",
    ),
}

_NEW_LAYER = always(harmless("a new version of the layer, as in every release of it"))

PROPERTIES = {
    "AWS::Lambda::EventSourceMapping": _MAPPING,
    "AWS::Lambda::EventInvokeConfig": _INVOKE,
    "AWS::Lambda::Url": _URL,
    "AWS::Lambda::Alias": _ALIAS,
    "AWS::Lambda::CodeSigningConfig": _SIGNING,
    "AWS::Lambda::LayerVersion": {"Content": _NEW_LAYER},
    "AWS::Lambda::Version": {
        "ProvisionedConcurrencyConfig": always(cost("another number of environments that are kept warm")),
    },
}


def removed_version(change: Change) -> Verdict:
    """Judge a version that is gone: by design when another one of the same function is there."""
    function = properties(change.base).get("FunctionName")
    others = change.head_template.get("Resources", {}).values()
    if any(other.get("Type") == change.type and properties(other).get("FunctionName") == function for other in others):
        return harmless("a newer version of the function takes its place, as in every release")
    return interruption("the version is gone: whoever calls it by its number or through an alias sees errors")


def removed_invoke_config(change: Change) -> Verdict:
    """Judge how failed events are treated from now on: by the defaults, without a destination."""
    if at(properties(change.base), "DestinationConfig", "OnFailure"):
        return data_loss("events that fail every time are thrown away instead of kept")
    return harmless("events that fail are tried twice more, which is the default")


_NEW_VERSION = harmless("a new version of the code, as in every release; the one before is left to its callers")

REMOVED: dict[str, Rule] = {
    "AWS::Lambda::EventSourceMapping": always(
        interruption("nobody processes the events any more: they wait until they expire")
    ),
    "AWS::Lambda::EventInvokeConfig": removed_invoke_config,
    "AWS::Lambda::Url": always(interruption("the address is gone: whoever calls it sees errors")),
    "AWS::Lambda::Alias": always(interruption("the alias is gone: whoever calls it sees errors")),
    "AWS::Lambda::Version": removed_version,
    "AWS::Lambda::LayerVersion": always(
        harmless("functions that were published with the layer keep it; those that lose it are told beside")
    ),
    "AWS::Lambda::CodeSigningConfig": always(access("functions accept code without a signature")),
}

ADDED: dict[str, Rule] = {
    "AWS::Lambda::EventSourceMapping": always(harmless("events call a function; it costs when they do")),
    "AWS::Lambda::EventInvokeConfig": always(harmless("what becomes of events that fail is written out")),
    "AWS::Lambda::Url": always(access("the function has an address on the internet")),
    "AWS::Lambda::Alias": always(harmless("a further name for a version, which nobody calls yet")),
    "AWS::Lambda::Version": always(_NEW_VERSION),
    "AWS::Lambda::LayerVersion": always(harmless("a layer that no function uses by itself")),
    "AWS::Lambda::CodeSigningConfig": always(harmless("a guard more: signatures of code are checked")),
}

REPLACED: dict[str, Rule] = {
    "AWS::Lambda::EventSourceMapping": replaced_mapping,
    "AWS::Lambda::EventInvokeConfig": always(
        harmless("the same settings are made anew for another function or version")
    ),
    "AWS::Lambda::Url": always(
        interruption("the function gets another address: whoever calls the old one sees errors")
    ),
    "AWS::Lambda::Alias": always(interruption("another name or function: whoever calls the old alias sees errors")),
    "AWS::Lambda::Version": always(_NEW_VERSION),
    "AWS::Lambda::LayerVersion": _NEW_LAYER,
}
