"""What an environment needs of SageMaker's quotas: read from its settings and its templates, and nothing written twice.

The names are those of Service Quotas, which has one for each instance type and use. They are looked up by name: the
codes differ for each of some two thousand.
https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.settings import Settings

Templates = Mapping[str, Mapping[str, Any]]
"""Templates by the names of their stacks."""

SERVERLESS = "Maximum total concurrency that can be allocated across all serverless endpoints"
ENDPOINT_INSTANCES = "Number of instances across active endpoints"
NOTEBOOKS = "Total number of notebook instances"

_ENDPOINT = "AWS::SageMaker::Endpoint"
_SERVED = ("AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model")
_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"


@dataclass(frozen=True, kw_only=True)
class Need:
    """How much of a quota an environment uses.

    Attributes
    ----------
    quota
        Its name in Service Quotas, of the service `sagemaker`.
    most
        What the environment ever uses of it at a time.
    now
        What the deployment uses of it; 0 where only later work does.
    use
        What it is for, to follow "for".
    fails
        What fails without it.
    """

    quota: str
    most: int
    now: int
    use: str
    fails: str


def needs(settings: Settings, wanted: Templates, deployed: Templates) -> Iterator[Need]:
    """What an environment needs.

    Parameters
    ----------
    wanted
        The templates that are to be deployed.
    deployed
        Those that are, which tell a first deployment from an update.
    """
    yield from _training(settings, wanted)
    yield from _endpoints(wanted, deployed)
    yield from _notebooks(wanted)


def of_type(templates: Templates, *kinds: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The resources of some types: stack, logical id, properties."""
    for stack, template in templates.items():
        for logical_id, resource in template.get("Resources", {}).items():
            if resource.get("Type") in kinds:
                yield stack, logical_id, resource.get("Properties", {})


def _training(settings: Settings, wanted: Templates) -> Iterator[Need]:
    if settings.stack_name("training") not in wanted:
        return
    training = settings.training
    spot = "spot " if training.spot else ""
    for kind in training.pipeline_types:
        yield Need(
            quota=f"{kind} for {spot}training job usage",
            most=training.instance_count,
            now=0,
            use="a training job",
            fails="'python -m training submit' and the step Train of the pipeline fail with ResourceLimitExceeded",
        )
    if any(of_type(wanted, "AWS::SageMaker::Pipeline")):
        yield Need(
            quota=f"{training.step_instance_type} for processing job usage",
            most=1,
            now=0,
            use="a step of the pipeline",
            fails="the pipeline fails at its first step with ResourceLimitExceeded",
        )


def _endpoints(wanted: Templates, deployed: Templates) -> Iterator[Need]:
    """Instances twice: whatever the rollout, SageMaker starts a new fleet before it stops the old one."""
    before, after = dict(_served(deployed)), dict(_served(wanted))
    updates = bool(any(of_type(deployed, _ENDPOINT)) and before != after)
    least, most, concurrency = _capacity(wanted)
    for kind in [*most, *([None] if most else [])]:
        first, all_of_them = (counts[kind] if kind else counts.total() for counts in (least, most))
        yield Need(
            quota=f"{kind} for endpoint usage" if kind else ENDPOINT_INSTANCES,
            most=2 * all_of_them,
            now=2 * first if updates else first,
            use=f"the endpoint ({all_of_them}, and as many again while an update runs)",
            fails="the update of the endpoint fails" if updates else "the deployment or a later update fails",
        )
    if concurrency:
        yield Need(
            quota=SERVERLESS,
            most=concurrency,
            now=concurrency,
            use="the serverless endpoint",
            fails="the stack of the endpoint fails",
        )


def _capacity(templates: Templates) -> tuple[Counter[str], Counter[str], int]:
    """Instances of each type at first and as auto scaling may start, and the concurrency of serverless variants."""
    scaled = [
        properties.get("MaxCapacity", 0)
        for _, _, properties in of_type(templates, _TARGET)
        if properties.get("ServiceNamespace") == "sagemaker"
    ]
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    concurrency = 0
    for _, _, properties in of_type(templates, _SERVED[0]):
        for variant in properties.get("ProductionVariants", []):
            if "ServerlessConfig" in variant:
                concurrency += variant["ServerlessConfig"]["MaxConcurrency"]
            else:
                least[variant["InstanceType"]] += variant["InitialInstanceCount"]
                most[variant["InstanceType"]] += max([variant["InitialInstanceCount"], *scaled])
    return least, most, concurrency


def _served(templates: Templates) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """What an update of the endpoint replaces."""
    for stack, logical_id, properties in of_type(templates, *_SERVED):
        yield (stack, logical_id), properties


def _notebooks(wanted: Templates) -> Iterator[Need]:
    kinds = Counter(
        properties["InstanceType"] for _, _, properties in of_type(wanted, "AWS::SageMaker::NotebookInstance")
    )
    for kind, most in [*kinds.items(), *([(None, kinds.total())] if kinds else [])]:
        yield Need(
            quota=f"{kind} for notebook instance usage" if kind else NOTEBOOKS,
            most=most,
            now=most,
            use="the notebook instance",
            fails="the stack of the notebook fails",
        )
