"""Lambda functions: code, runtime, capacity, network, what becomes of events that fail."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import failures, reference
from tools.review.rules.sagemaker_serving import image
from tools.review.rules.variables import variable
from tools.review.shapes import always, both, count, each, listed, number, ordered, present, switch
from tools.review.values import literal, properties

_LANGUAGE = re.compile(r"(?P<language>[a-z]+)(?P<version>[\d.]*)(?P<rest>.*)")
_LAYER = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:(?P<account>\d{12}):layer:(?P<name>[^:]+):(?P<version>\d+)")

# Accounts of AWS that publish layers: Powertools, Lambda Insights, Parameters and Secrets, the CDK's own, X-Ray and
# OpenTelemetry, AWS SDK for pandas.
_AWS_PUBLISHERS = frozenset(
    {"017000801446", "580247275435", "177933569100", "901920570463", "615299751070", "336392948345", "943013980633"}
)

_RELEASE = harmless("the code is what every release changes; whether it works is for its tests to say")
_NEEDS_CODE = "calls fail when the code that is there does not have it, and the code does not change"


def runtime(change: Change) -> Verdict:
    """Newer of the same language is harmless; older, or another language, is not."""
    old, new = _runtime(change.before), _runtime(change.after)
    if old is None or new is None or old[0] != new[0]:
        return interruption("another language or kind of package: calls fail when the code does not fit it")
    if new[1] < old[1]:
        return interruption("an older runtime: code that needs the newer one fails, and its patches end sooner")
    return harmless("a newer version of the same language; the tests of the code run on it")


def code(change: Change) -> Verdict:
    """Judge code: every release changes it, but who may write to another bucket decides what runs."""
    sides = [value if isinstance(value, Mapping) else {} for value in (change.before, change.after)]
    buckets = [side.get("S3Bucket") for side in sides]
    if None not in buckets and buckets[0] != buckets[1] and literal(buckets):
        return access("the code comes from another bucket: who may write there decides what runs")
    if all("ImageUri" in side for side in sides):
        return image(replace(change, before=sides[0]["ImageUri"], after=sides[1]["ImageUri"]))
    return _RELEASE


def with_code(what: str) -> Rule:
    """Make a rule for what has to fit the code: harmless only when the code changes with it."""

    def rule(change: Change) -> Verdict:
        base, head = properties(change.base), properties(change.head)
        if base.get("Code") != head.get("Code"):
            return harmless(f"{what} changes together with the code")
        return interruption(f"{what}: {_NEEDS_CODE}")

    return rule


def layers(change: Change) -> Verdict:
    """Judge layers: fewer can break imports, those of strangers run with the rights of the function."""
    before, after = (value if isinstance(value, list) else [] for value in (change.before, change.after))
    known = {_account(layer) for layer in before} | _AWS_PUBLISHERS | {None}
    if any(_account(layer) not in known for layer in after):
        return access("code of another account runs with the rights of this function")
    if len(after) < len(before) or not isinstance(change.after or [], list):
        return interruption("a layer less: what the code imports from it is missing")
    if len(after) > len(before):
        return harmless("a layer more: code beside the code of the function")
    return harmless("another version of a layer is code too, which every release changes")


def reserved_concurrency(change: Change) -> Verdict | None:
    """Judge a reservation: it is a share that is kept free, and a limit at once."""
    if change.after is None:
        if str(change.before) == "0":
            return harmless("the function works again: nothing limits it any more")
        return interruption(
            "no concurrency is kept free for it: others of the account can use it up, and it is throttled"
        )
    return _RESERVED(change)


_RESERVED = count(
    zero=interruption("with no concurrency every call is throttled: nobody works"),
    up=cost("more calls run at the same time, and take more of the concurrency of the account"),
    down=interruption("fewer calls run at the same time: the others are throttled"),
    default=math.inf,
)


def _errors_logged(change: Change) -> Verdict | None:
    return access("errors are no longer logged") if change.after == "FATAL" else None


_FUNCTION: dict[str, Rule] = {
    "Code": code,
    "Runtime": runtime,
    "Handler": with_code("the entry point"),
    "ImageConfig": with_code("the command of the image"),
    "Architectures": with_code("the processor architecture"),
    "MemorySize": number(
        up=cost("each millisecond costs more with more memory"),
        down=interruption("calls that need more memory are killed, and the others become slower"),
        default=128,
    ),
    "Timeout": number(
        up=harmless("calls may take longer; only a call that hangs is billed for longer"),
        down=interruption("calls that take longer than this are cut off"),
        default=3,
    ),
    "ReservedConcurrentExecutions": reserved_concurrency,
    "DeadLetterConfig": failures("events"),
    "Environment.Variables.*": variable,
    "Layers": layers,
    "VpcConfig": present(
        removed=access("the function leaves the VPC: no security group, route or flow log stands before it any more"),
        added=interruption("from inside the VPC it reaches only what its subnets have a route or an endpoint for"),
    ),
    "VpcConfig.SecurityGroupIds": listed(
        added=access("what another security group lets out is open to it"),
        removed=interruption("what the security group lets out is closed to it"),
    ),
    "VpcConfig.SubnetIds": listed(
        added=access("it runs in other subnets, with their routes"),
        removed=interruption("it runs in fewer subnets: less is left when a zone fails"),
    ),
    "VpcConfig.Ipv6AllowedForDualStack": switch(
        on=access("it may send over IPv6 as well"), off=interruption("what it reaches over IPv6 is closed to it")
    ),
    "FileSystemConfigs": present(
        removed=interruption("files that the code reads or writes there are missing"),
        added=access("the code may read or write the files of a file system"),
        changed=interruption("files are elsewhere than the code may expect"),
    ),
    "EphemeralStorage.Size": number(
        up=cost("more disk for each call"), down=interruption("calls that write more to /tmp fail"), default=512
    ),
    "TracingConfig.Mode": ordered(
        ["PassThrough", "Active"],
        up=cost("each traced request costs a little"),
        down=harmless("requests are no longer traced; nothing that answers them changes"),
        default="PassThrough",
    ),
    "KmsKeyArn": reference(
        interruption("the variables are encrypted with another key, which the role may not be allowed to use"),
        removed=access("the variables can be read without the right to use a key of your own"),
        added=harmless("the variables are encrypted with a key of your own"),
    ),
    "LoggingConfig.LogGroup": reference(
        data_loss("logs go to another group, with another retention, which the role may not be allowed to write"),
        removed=data_loss("logs go to the default group, which keeps them for ever or which the role may not write"),
    ),
    "LoggingConfig.LogFormat": always(harmless("the form of the log lines; check filters and queries that read them")),
    **each(
        both(
            _errors_logged,
            ordered(
                ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"],
                up=harmless("fewer lines are logged"),
                down=cost("more lines are logged for each request"),
                default="INFO",
            ),
        ),
        "LoggingConfig.ApplicationLogLevel",
        "LoggingConfig.SystemLogLevel",
    ),
    "SnapStart.ApplyOn": ordered(
        ["None", "PublishedVersions"],
        up=cost("snapshots of published versions are kept, which is billed for some runtimes"),
        down=harmless("the first call of an instance takes longer; no call fails"),
        default="None",
    ),
    "Role": reference(access("the code works with the rights of another role")),
    "CodeSigningConfigArn": reference(
        access("code of other signers is accepted"),
        removed=access("unsigned code is accepted"),
        added=harmless("only signed code is accepted"),
    ),
    "RuntimeManagementConfig.UpdateRuntimeOn": ordered(
        ["Manual", "FunctionUpdate", "Auto"],
        up=harmless("security patches of the runtime arrive sooner"),
        down=access("security patches of the runtime arrive later, or never by themselves"),
        default="Auto",
    ),
    "RuntimeManagementConfig.RuntimeVersionArn": always(
        access("the runtime stays at one version: security patches do not arrive by themselves")
    ),
    "RecursiveLoop": ordered(
        ["Terminate", "Allow"],
        up=cost("a function that calls itself through a queue is no longer stopped"),
        down=harmless("a function that calls itself through a queue is stopped"),
        default="Terminate",
    ),
    "FunctionScalingConfig.MinExecutionEnvironments": number(
        up=cost("more environments are kept running"), down=interruption("fewer environments are kept running")
    ),
    "FunctionScalingConfig.MaxExecutionEnvironments": count(
        zero=interruption("with no environment nobody works"),
        up=cost("more environments may run"),
        down=interruption("fewer environments may run: calls beyond are throttled"),
        default=math.inf,
    ),
    "DurableConfig.RetentionPeriodInDays": number(
        up=cost("histories are kept for longer"),
        down=data_loss("histories of executions are deleted sooner"),
        default=14,
    ),
    "DurableConfig.ExecutionTimeout": number(
        up=harmless("executions may take longer"),
        down=interruption("executions that take longer than this are cut off"),
    ),
    "DurableConfig.KMSKeyArn": reference(
        interruption("another key, which the role may not be allowed to use"),
        removed=access("histories can be read without the right to use a key of your own"),
        added=harmless("histories are encrypted with a key of your own"),
    ),
    "PublishToLatestPublished": always(harmless("only whether a version is published with each change")),
    "TenancyConfig": present(
        removed=access("tenants share environments: what one leaves behind another may read"),
        added=harmless("each tenant has environments of its own"),
        changed=access("tenants are separated in another way"),
    ),
}


PROPERTIES = {"AWS::Lambda::Function": _FUNCTION}
REMOVED = {
    "AWS::Lambda::Function": always(
        interruption("the function is gone: whoever calls it sees errors, its events go nowhere")
    )
}
ADDED = {
    "AWS::Lambda::Function": always(
        harmless("a function more: it costs when it is called, and what may call it is told beside")
    )
}
REPLACED = {
    "AWS::Lambda::Function": always(
        interruption(
            "a new function takes its place: the address, versions, log group and callers of the old one do not follow"
        )
    )
}


def _runtime(value: Any) -> tuple[str, list[int]] | None:
    if not isinstance(value, str):
        return None
    match = _LANGUAGE.fullmatch(value)
    if match is None:
        return None
    return match["language"], [int(part) for part in re.findall(r"\d+", match["version"] + match["rest"])]


def _account(layer: Any) -> str | None:
    match = _LAYER.fullmatch(layer) if isinstance(layer, str) else None
    return match["account"] if match else None
