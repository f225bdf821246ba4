"""The notebook instance: in service as the stack has it, and stopped by itself when nobody uses it."""

from __future__ import annotations

import base64
from typing import Any

from tools.accept.stage import Stage
from tools.accept.story import NotRun, Story, expect

START_SECONDS = 1200
SPARE_SECONDS = 1500
"""Beyond the idle time: an instance starts, is looked at every five minutes, and stops."""
IDLE_STOP_SECONDS = 9000
SCRIPT_START = "#!/bin/bash\n"


def play_notebook_starts(stage: Stage) -> None:
    """Start it if it is stopped, look at it, and stop it again."""
    sagemaker, name = stage.client("sagemaker"), stage.outputs("notebook")["NotebookName"]
    instance = _in_service(stage, sagemaker, name)
    expect("Disabled", instance["RootAccess"], "root access")
    metadata = instance["InstanceMetadataServiceConfiguration"]["MinimumInstanceMetadataServiceVersion"]
    expect("2", metadata, "the version of the metadata service")
    config = sagemaker.describe_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=instance["NotebookInstanceLifecycleConfigName"]
    )
    script = base64.b64decode(config["OnStart"][0]["Content"]).decode()
    expect(True, script.startswith(f"{SCRIPT_START}environment={stage.deployment.environment}\n"), "its start script")


def play_idle_stop(stage: Stage) -> None:
    """Start it, touch nothing, and wait until it has stopped."""
    if stage.deployment.is_emulated:
        msg = "the emulator runs no lifecycle scripts, so nothing stops an instance there"
        raise NotRun(msg)
    minutes = stage.settings.notebook.idle_minutes
    if START_SECONDS + 60 * minutes + SPARE_SECONDS > IDLE_STOP_SECONDS:
        msg = f"idle_minutes is {minutes} in the settings, and the story may last {IDLE_STOP_SECONDS} s"
        raise NotRun(msg)
    sagemaker, name = stage.client("sagemaker"), stage.outputs("notebook")["NotebookName"]
    _in_service(stage, sagemaker, name)
    stage.say(f"waiting for {minutes} idle minutes; do not use the notebook")
    stage.until(
        lambda: _status(sagemaker, name) in {"Stopping", "Stopped"},
        f"{name} stops itself",
        seconds=60 * minutes + SPARE_SECONDS,
    )


def _status(sagemaker: Any, name: str) -> str:
    return str(sagemaker.describe_notebook_instance(NotebookInstanceName=name)["NotebookInstanceStatus"])


def _in_service(stage: Stage, sagemaker: Any, name: str) -> dict[str, Any]:
    """Start the instance if it is stopped; then it is stopped again when the story ends."""
    if _status(sagemaker, name) == "Stopped":
        sagemaker.start_notebook_instance(NotebookInstanceName=name)
        stage.at_end(f"the running notebook instance {name}", _stop, sagemaker, name)
    stage.say("waiting until the instance is in service")
    stage.until(lambda: _status(sagemaker, name) == "InService", f"{name} is in service", seconds=START_SECONDS)
    found: dict[str, Any] = sagemaker.describe_notebook_instance(NotebookInstanceName=name)
    return found


def _stop(sagemaker: Any, name: str) -> None:
    if _status(sagemaker, name) in {"InService", "Pending"}:
        sagemaker.stop_notebook_instance(NotebookInstanceName=name)


STORIES = (
    Story(
        slug="notebook-starts",
        sentence="the notebook instance comes into service with the script and the restrictions of its stack",
        needs=("notebook",),
        seconds=1500,
        usd=0.02,
        changes="the notebook instance runs, if it is stopped",
        play=play_notebook_starts,
    ),
    Story(
        slug="notebook-idle-stop",
        sentence="the notebook instance stops itself after its idle time",
        needs=("notebook",),
        seconds=IDLE_STOP_SECONDS,
        usd=0.15,
        changes="the notebook instance runs until it stops itself",
        play=play_idle_stop,
    ),
)
