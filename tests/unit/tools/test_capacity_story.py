"""The story of a capacity that SageMaker refuses, where SageMaker does not refuse it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from stacks.settings import LOCAL
from tools.accept.playing import play
from tools.accept.stories.capacity import STORIES
from tools.accept.story import Outcome
from tools.deployment import Deployment

ENDPOINT = "digits-local"


class CloudFormation:
    """Knows the name of the endpoint."""

    exceptions = type("exceptions", (), {"ClientError": ClientError})

    def describe_stacks(self, **_asked: str) -> dict[str, Any]:
        return {"Stacks": [{"Outputs": [{"OutputKey": "EndpointName", "OutputValue": ENDPOINT}]}]}


@dataclass
class SageMaker:
    """Updates an endpoint to whatever it is told, and writes down what is updated and deleted."""

    running: str = "first"
    log: list[str] = field(default_factory=list)

    def describe_endpoint(self, **_asked: str) -> dict[str, Any]:
        return {"EndpointConfigName": self.running, "EndpointStatus": "InService"}

    def describe_endpoint_config(self, **_asked: str) -> dict[str, Any]:
        variant = {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large"}
        return {"ProductionVariants": [variant]}

    def describe_model(self, **_asked: str) -> dict[str, Any]:
        return {"PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://b/k"}, "ExecutionRoleArn": "r"}

    def create_model(self, **_asked: Any) -> None:
        pass

    def create_endpoint_config(self, **_asked: Any) -> None:
        pass

    def update_endpoint(self, **asked: str) -> None:
        self.running = asked["EndpointConfigName"]
        self.log.append("update")

    def delete_endpoint_config(self, **asked: str) -> None:
        assert asked["EndpointConfigName"] != self.running, "it cannot be known any more what the endpoint costs"
        self.log.append("delete a configuration")

    def delete_model(self, **_asked: str) -> None:
        self.log.append("delete a model")


@dataclass(frozen=True, kw_only=True)
class Emulated(Deployment):
    """A deployment whose services are these."""

    services: dict[str, Any]

    def client(self, service: str) -> Any:
        return self.services[service]


def test_the_endpoint_is_returned_before_what_it_ran_is_deleted() -> None:
    sagemaker = SageMaker()
    services = {"cloudformation": CloudFormation(), "sagemaker": sagemaker}
    here = Emulated(environment="local", manifest=Path("none"), variables={}, folder=Path("none"), services=services)
    result = play(STORIES[0], here, LOCAL)
    assert (result.outcome, result.left) == (Outcome.DIFFERS, ())
    assert result.expected == "SageMaker refuses to take the instances from an endpoint"
    deleted = ["delete a configuration", "delete a configuration", "delete a model"]
    assert sagemaker.log == ["update", "update", *deleted]
