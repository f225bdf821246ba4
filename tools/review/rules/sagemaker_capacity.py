"""What serves behind a SageMaker endpoint: variants, machines, serverless capacity, what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.review.change import Change, Rule, Verdict, access, cost, data_loss, harmless, interruption
from tools.review.references import reference
from tools.review.rules.machines import compare_machines
from tools.review.shapes import always, count, danger_switch, guard_switch, listed, number, present, switch, under
from tools.review.values import properties

NOT_SERVERLESS = "SageMaker does not update an endpoint with instances to a serverless one"
"""https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html"""
NOT_WHILE_SCALED = "SageMaker refuses another machine while the variant is scaled: take the scaling out before"
"""https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html"""
_SMALLER = interruption("a smaller machine: it may not hold the model or the load")


def variant_names(config: Mapping[str, Any]) -> set[str]:
    """Names of the production variants of a configuration, given its properties."""
    variants = config.get("ProductionVariants")
    return _names(variants if isinstance(variants, list) else [])


def variants(change: Change) -> Verdict | None:
    """Judge the names of the variants; their parts are looked at when all names are still there."""
    before, after = (_names(value if isinstance(value, list) else []) for value in (change.before, change.after))
    if before - after:
        return interruption("a variant is renamed or gone: its alarms, scaling and callers do not find it")
    return None


def instance_type(change: Change) -> Verdict:
    """Judge the machine type of a variant, and the way between machines and serverless capacity."""
    if change.before is None:
        return cost("machines run all the time, where only requests were paid for")
    if change.after is None:
        return interruption(f"{NOT_SERVERLESS}: the update fails, unless the endpoint is removed before")
    verdict = compare_machines(change.before, change.after, down=_SMALLER)
    if not _is_scaled(change.base_template):
        return verdict
    refused = interruption(f"{NOT_WHILE_SCALED}, as 'make deploy' does; else the update fails")
    return replace(verdict, also=(*verdict.also, refused)) if verdict.risk is not refused.risk else refused


def _is_scaled(template: Mapping[str, Any]) -> bool:
    """Whether a template scales the instances of an endpoint."""
    resources = template.get("Resources")
    targets = [each for each in resources.values() if isinstance(each, Mapping)] if isinstance(resources, dict) else []
    return any(
        each.get("Type") == "AWS::ApplicationAutoScaling::ScalableTarget"
        and properties(each).get("ScalableDimension") == "sagemaker:variant:DesiredInstanceCount"
        for each in targets
    )


_VARIANT: dict[str, Rule] = {
    "VariantName": always(interruption("the variant has another name: its alarms, scaling and callers do not find it")),
    "ModelName": always(harmless("the variant serves the promoted model, by design")),
    "InstanceType": instance_type,
    "InitialInstanceCount": count(
        zero=interruption("with no machine nobody answers"),
        up=cost("more machines run all the time"),
        down=interruption("fewer machines answer: less load, and less is left when one fails"),
        default=0,
    ),
    "InitialVariantWeight": count(
        zero=interruption("no caller reaches this variant any more"),
        up=harmless("another share of the callers reaches this variant; all are answered"),
        down=harmless("another share of the callers reaches this variant; all are answered"),
        default=1,
    ),
    "ServerlessConfig.MaxConcurrency": count(
        zero=interruption("with no concurrency every request is throttled"),
        up=cost("more requests are served, and paid for, at the same time"),
        down=interruption("fewer requests are served at the same time: the others are throttled"),
        default=0,
    ),
    "ServerlessConfig.MemorySizeInMB": number(
        up=cost("each millisecond costs more with more memory"),
        down=interruption("less memory and processor: the model may not fit, or answers more slowly"),
        default=0,
    ),
    "ServerlessConfig.ProvisionedConcurrency": number(
        up=cost("more environments are kept warm and paid for"),
        down=interruption("fewer environments are kept warm: more requests wait for a start"),
        default=0,
    ),
    **dict.fromkeys(
        ("ContainerStartupHealthCheckTimeoutInSeconds", "ModelDataDownloadTimeoutInSeconds"),
        number(
            up=harmless("a new machine may take longer to start"),
            down=interruption("a new machine that takes longer to start is given up"),
        ),
    ),
    "VolumeSizeInGB": number(up=cost("larger volumes"), down=interruption("a smaller volume: the model may not fit")),
    "EnableSSMAccess": danger_switch("people can open a shell on the machines that serve"),
    "ManagedInstanceScaling.Status": switch(
        on=cost("the number of machines follows the load"),
        off=interruption("the number of machines no longer follows the load"),
    ),
    "ManagedInstanceScaling.MinInstanceCount": number(
        up=cost("more machines run at least"), down=interruption("fewer machines run at least")
    ),
    "ManagedInstanceScaling.MaxInstanceCount": number(
        up=cost("more machines run at most"), down=interruption("fewer machines run at most: more load is rejected")
    ),
    "RoutingConfig": always(harmless("only which machine gets which request")),
    "CoreDumpConfig": present(
        removed=harmless("what is in the memory of a container that crashes is no longer written out"),
        added=access("what is in the memory of a container that crashes, with requests, is written to a bucket"),
        changed=access("what is in the memory of a container that crashes goes elsewhere"),
    ),
    "AcceleratorType": present(
        removed=interruption("no accelerator: the model becomes slower"),
        added=cost("an accelerator for each machine"),
        changed=interruption("another accelerator, perhaps a smaller one"),
    ),
}

_CAPTURE: dict[str, Rule] = {
    "DataCaptureConfig": present(
        removed=data_loss("requests and answers are no longer recorded: nobody can check later what the model said"),
        added=cost("requests and answers, with what callers sent, are stored in a bucket"),
    ),
    "DataCaptureConfig.EnableCapture": switch(
        on=cost("requests and answers, with what callers sent, are stored in a bucket"),
        off=data_loss("requests and answers are no longer recorded: nobody can check later what the model said"),
        default=True,
    ),
    "DataCaptureConfig.InitialSamplingPercentage": number(
        up=cost("more requests and answers are stored"), down=data_loss("fewer requests and answers are recorded")
    ),
    "DataCaptureConfig.DestinationS3Uri": reference(access("requests and answers are written to another place")),
    "DataCaptureConfig.KmsKeyId": reference(
        access("recorded requests are encrypted with another key"),
        removed=access("recorded requests can be read without the right to use a key of your own"),
        added=harmless("recorded requests are encrypted with a key of your own"),
    ),
    "DataCaptureConfig.CaptureOptions": listed(
        added=cost("more is recorded of each request"), removed=data_loss("less is recorded of each request")
    ),
    "DataCaptureConfig.CaptureContentTypeHeader": always(harmless("only how what is recorded is written down")),
}

_ASYNCHRONOUS: dict[str, Rule] = {
    "AsyncInferenceConfig": present(
        removed=interruption("requests that come through a bucket are no longer answered"),
        added=interruption("requests are answered through a bucket: callers that wait for an answer see errors"),
    ),
    "AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance": number(
        up=harmless("each machine works on more requests at once"),
        down=interruption("each machine works on fewer requests at once: the others wait for longer"),
    ),
    **dict.fromkeys(
        ("AsyncInferenceConfig.OutputConfig.S3OutputPath", "AsyncInferenceConfig.OutputConfig.S3FailurePath"),
        reference(interruption("answers or errors are written elsewhere: whoever looks for them does not find them")),
    ),
    "AsyncInferenceConfig.OutputConfig.NotificationConfig": present(
        removed=interruption("nobody is told when an answer is there"),
        added=harmless("somebody is told when an answer is there"),
        changed=interruption("others than before are told when an answer is there"),
    ),
    "AsyncInferenceConfig.OutputConfig.KmsKeyId": reference(
        access("answers are encrypted with another key"),
        removed=access("answers can be read without the right to use a key of your own"),
        added=harmless("answers are encrypted with a key of your own"),
    ),
}

CONFIG: dict[str, Rule] = {
    "ProductionVariants": variants,
    "ProductionVariants[]": present(
        removed=interruption("the variant is gone: who calls it sees errors, and its share goes to the others"),
        added=cost("a variant more: its machines run beside the others"),
    ),
    **under("ProductionVariants[]", _VARIANT),
    "ShadowProductionVariants": present(
        removed=harmless("no caller gets answers of a shadow variant"),
        added=cost("a shadow variant runs beside the others"),
    ),
    **under("ShadowProductionVariants[]", _VARIANT),
    "ShadowProductionVariants[].VariantName": always(harmless("no caller gets answers of a shadow variant")),
    "KmsKeyId": reference(
        access("the volumes of the machines are encrypted with another key"),
        removed=access("the volumes of the machines are not encrypted with a key of your own any more"),
        added=harmless("the volumes of the machines are encrypted with a key of your own"),
    ),
    "EnableNetworkIsolation": guard_switch("the containers have no network"),
    "VpcConfig": present(
        removed=access("the containers leave the VPC"),
        added=harmless("the containers run behind the security groups of a VPC"),
    ),
    "VpcConfig.SecurityGroupIds": always(access("other security groups decide what the containers reach")),
    "VpcConfig.Subnets": always(access("the containers run in other subnets, with their routes")),
    "ExecutionRoleArn": reference(access("the containers work with the rights of another role")),
    "ExplainerConfig": present(
        removed=interruption("answers are no longer explained"),
        added=cost("answers are explained, which takes more calls of the model"),
        changed=interruption("answers are explained otherwise"),
    ),
    **_CAPTURE,
    **_ASYNCHRONOUS,
}


def _names(variants: list[Any]) -> set[str]:
    return {str(variant.get("VariantName")) for variant in variants if isinstance(variant, Mapping)}
