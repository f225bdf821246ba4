"""Notebook instances without HTTP: states, and what each of them allows."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sagemaker_local.sagemaker.control_plane import ControlPlane
from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.notebooks import descriptions
from sagemaker_local.sagemaker.notebooks.notebooks import TRANSITION_SECONDS, Notebooks
from support.emulated_pipelines import ROLE, SCOPE

ARN = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/churn"
SCRIPT = base64.b64encode(b"#!/bin/sh\ntrue\n").decode()


class Clock:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self) -> None:
        self.now += TRANSITION_SECONDS


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notebooks(clock: Clock) -> Notebooks:
    return ControlPlane(SCOPE, clock).resources(Notebooks)


def create(notebooks: Notebooks, **more: Any) -> None:
    notebooks.create({"NotebookInstanceName": "Churn", "InstanceType": "ml.t3.medium", "RoleArn": ROLE, **more})


def status(notebooks: Notebooks) -> str:
    return str(notebooks.notebook("churn").status)


def message(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(ServiceError) as caught:
        call(*arguments, **named)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def test_an_instance_lives_from_creation_to_deletion(notebooks: Notebooks, clock: Clock) -> None:
    create(notebooks)
    seen = [status(notebooks)]
    for step in (None, notebooks.stop, notebooks.start, notebooks.stop):
        if step is not None:
            step("churn")
            seen.append(status(notebooks))
        clock.wait()
        seen.append(status(notebooks))
    assert seen == ["Pending", "InService", "Stopping", "Stopped", "Pending", "InService", "Stopping", "Stopped"]
    notebooks.delete("Churn")
    assert status(notebooks) == "Deleting"
    clock.wait()
    assert message(notebooks.notebook, "Churn") == "RecordNotFound"
    assert notebooks.all() == []


def test_what_is_not_said_has_the_defaults_of_the_service(notebooks: Notebooks, clock: Clock) -> None:
    create(notebooks)
    described = descriptions.notebook(notebooks.notebook("churn"), "us-east-1")
    assert "Url" not in described
    clock.wait()
    described = descriptions.notebook(notebooks.notebook("churn"), "us-east-1")
    assert described["Url"] == "churn.notebook.us-east-1.sagemaker.aws"
    assert (described["VolumeSizeInGB"], described["RootAccess"]) == (5, "Enabled")
    assert (described["DirectInternetAccess"], described["PlatformIdentifier"]) == ("Enabled", "notebook-al2-v2")


@pytest.mark.parametrize(
    ("operation", "to", "allowed"),
    [
        ("start", "Pending", "Stopped, Failed"),
        ("delete", "Deleting", "Stopped, Failed"),
    ],
)
def test_an_instance_in_service_must_be_stopped_first(
    notebooks: Notebooks, clock: Clock, operation: str, to: str, allowed: str
) -> None:
    create(notebooks)
    clock.wait()
    expected = f"Status (InService) not in ([{allowed}]). Unable to transition to ({to}) for Notebook Instance ({ARN})"
    assert message(getattr(notebooks, operation), "Churn") == expected


def test_only_an_instance_at_rest_is_updated(notebooks: Notebooks, clock: Clock) -> None:
    create(notebooks, VolumeSizeInGB=10)
    change = {"NotebookInstanceName": "churn", "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
    assert "Unable to transition to (Updating)" in message(notebooks.update, change)
    clock.wait()
    notebooks.stop("churn")
    assert "Status (Stopping) not in ([InService])" in message(notebooks.stop, "churn")
    clock.wait()
    assert "10 GB and cannot become smaller; got 6" in message(notebooks.update, {**change, "VolumeSizeInGB": 6})
    notebooks.update(change)
    assert status(notebooks) == "Updating"
    clock.wait()
    described = descriptions.notebook(notebooks.notebook("churn"), "us-east-1")
    assert (described["NotebookInstanceStatus"], described["InstanceType"]) == ("Stopped", "ml.m5.large")
    assert (described["NotebookInstanceName"], described["VolumeSizeInGB"]) == ("Churn", 20)


def test_a_private_instance_needs_a_subnet(notebooks: Notebooks) -> None:
    assert "without a SubnetId" in message(create, notebooks, DirectInternetAccess="Disabled")
    assert "need a SubnetId" in message(create, notebooks, SecurityGroupIds=["sg-1"])
    create(notebooks, DirectInternetAccess="Disabled", SubnetId="subnet-1", SecurityGroupIds=["sg-1"])
    described = descriptions.notebook(notebooks.notebook("churn"), "us-east-1")
    assert described["SecurityGroups"] == ["sg-1"]
    assert described["NetworkInterfaceId"].startswith("eni-")
    assert message(create, notebooks) == f"Cannot create a duplicate Notebook Instance ({ARN})"


def test_an_instance_whose_lifecycle_configuration_is_gone_does_not_start(notebooks: Notebooks, clock: Clock) -> None:
    assert "Lifecycle Config does not exist" in message(create, notebooks, LifecycleConfigName="own")
    notebooks.create_config({"NotebookInstanceLifecycleConfigName": "Own", "OnStart": [{"Content": SCRIPT}]})
    create(notebooks, LifecycleConfigName="Own")
    clock.wait()
    assert status(notebooks) == "InService"
    notebooks.stop("churn")
    clock.wait()
    notebooks.delete_config("own")
    notebooks.start("churn")
    clock.wait()
    notebook = notebooks.notebook("churn")
    assert str(notebook.status) == "Failed"
    assert "Lifecycle Config" in (notebook.failure_reason or "")
    notebooks.update({"NotebookInstanceName": "churn", "DisassociateLifecycleConfig": True})
    clock.wait()
    notebooks.start("churn")
    clock.wait()
    assert (status(notebooks), notebook.failure_reason) == ("InService", None)


@pytest.mark.parametrize(("content", "expected"), [("#!/bin/sh", "is not base64"), ("", "is empty")])
def test_a_script_must_be_base64(notebooks: Notebooks, content: str, expected: str) -> None:
    request = {"NotebookInstanceLifecycleConfigName": "Own", "OnCreate": [{"Content": content}]}
    assert expected in message(notebooks.create_config, request)


def test_a_lifecycle_configuration_is_changed_hook_by_hook(notebooks: Notebooks) -> None:
    both = {"OnCreate": [{"Content": SCRIPT}], "OnStart": [{"Content": SCRIPT}]}
    notebooks.create_config({"NotebookInstanceLifecycleConfigName": "Own", **both})
    notebooks.update_config({"NotebookInstanceLifecycleConfigName": "own", "OnStart": []})
    described = descriptions.config(notebooks.config("Own"))
    assert (described["OnCreate"], described["OnStart"]) == (both["OnCreate"], [])
    assert described["NotebookInstanceLifecycleConfigName"] == "Own"
    told = message(notebooks.create_config, {"NotebookInstanceLifecycleConfigName": "OWN"})
    assert told.endswith("(Details: Notebook Instance Lifecycle Config already exists.)")
