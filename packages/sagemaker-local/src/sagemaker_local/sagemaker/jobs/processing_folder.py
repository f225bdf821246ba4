"""The folder that represents `/opt/ml` on one host of a processing job, and how paths of a request lead there.

A process of this machine cannot see `/opt/ml`, so every such path in the command, the arguments and the environment is
replaced. A program that holds one in its own source finds nothing there: it must take its paths as arguments.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local import settings
from sagemaker_local.process_environment import container_environment
from sagemaker_local.sagemaker.jobs.container_process import Launch
from sagemaker_local.sagemaker.jobs.records import ProcessingJob
from sagemaker_local.sagemaker.shapes import Json

ROOT = "/opt/ml/processing"
PYTHONS = ("python3", "python", "/usr/bin/python3", "/miniconda3/bin/python3")
_INSIDE = re.compile(r"(?<![\w/.-])/opt/ml(?=/(?:processing|config|output)(?:/|$|\W))")


@dataclass(frozen=True)
class ProcessingFolder:
    """Paths below the folder of one host."""

    root: Path

    def local(self, path: str) -> Path:
        """Where a path of the request is."""
        return Path(self.translated(path))

    def translated(self, text: str) -> str:
        """A text with the container's paths replaced by those of this machine."""
        return _INSIDE.sub(str(self.root).replace("\\", "\\\\"), text)

    def message(self) -> str:
        """What the program left as its exit message; empty if nothing."""
        try:
            return (self.root / "output" / "message").read_text(errors="replace")
        except OSError:
            return ""

    def make(self, job: ProcessingJob, host: str, hosts: list[str]) -> None:
        """Make the empty folders and the files of `/opt/ml/config`."""
        for folder in ("processing", "config", "output"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for output in outputs_of(job.request):
            self.local(output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        config = {"ProcessingJobArn": job.arn, **job.request}
        (self.root / "config" / "processingjobconfig.json").write_text(json.dumps(config))
        resources = {"current_host": host, "hosts": hosts}
        (self.root / "config" / "resourceconfig.json").write_text(json.dumps(resources))

    def launch(self, job: ProcessingJob) -> Launch:
        """The program of the job with this machine's interpreter and paths."""
        application = job.request["AppSpecification"]
        _, *words = application["ContainerEntrypoint"]
        command = [self.translated(word) for word in (*words, *application.get("ContainerArguments", []))]
        own = {name: self.translated(value) for name, value in job.request.get("Environment", {}).items()}
        return Launch(
            command=[str(settings.container_python()), "-m", "sagemaker_local.processing_container", *command],
            environment=container_environment(own),
        )


def inputs_of(request: Json) -> list[Json]:
    """The inputs of a request."""
    return list(request.get("ProcessingInputs", []))


def outputs_of(request: Json) -> list[Json]:
    """The outputs of a request."""
    return list(request.get("ProcessingOutputConfig", {}).get("Outputs", []))


def host_names(request: Json) -> list[str]:
    """`algo-1`, `algo-2`, ..."""
    count = request["ProcessingResources"]["ClusterConfig"].get("InstanceCount", 1)
    return [f"algo-{number + 1}" for number in range(count)]
