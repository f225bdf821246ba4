"""The folder that represents `/opt/ml` on one host of a training job, and the files that the platform puts there.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local.sagemaker.jobs.s3_access import files_below
from sagemaker_local.sagemaker.shapes import Json

CHECKPOINTS = "/opt/ml/checkpoints"


@dataclass(frozen=True, kw_only=True)
class Host:
    """One host of a training job: its number from 0 and what it is called."""

    number: int
    name: str
    group: str
    instance_type: str


@dataclass(frozen=True)
class OptMl:
    """Paths below the folder of one host."""

    root: Path

    @property
    def config(self) -> Path:
        """Folder of the files that describe the job."""
        return self.root / "input" / "config"

    @property
    def model(self) -> Path:
        """What becomes `model.tar.gz`."""
        return self.root / "model"

    @property
    def output_data(self) -> Path:
        """What becomes `output.tar.gz`."""
        return self.root / "output" / "data"

    def failure_text(self) -> str:
        """What the container says of its failure; empty if nothing."""
        try:
            return (self.root / "output" / "failure").read_text(errors="replace")
        except OSError:
            return ""

    @property
    def checkpoints(self) -> Path:
        """What is kept in S3 while the job runs."""
        return self.root / "checkpoints"

    def channel(self, name: str) -> Path:
        """Where a channel's files are."""
        return self.root / "input" / "data" / name

    def make(self) -> None:
        """Make the empty folders."""
        for folder in (self.config, self.model, self.output_data, self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True)

    def write_config(self, documents: dict[str, Json]) -> None:
        """Write configuration files, by name."""
        for name, document in documents.items():
            (self.config / name).write_text(json.dumps(document))


def hosts_of(request: Json) -> list[Host]:
    """The hosts of a CreateTrainingJob request: `algo-1`, `algo-2`, ... over all instance groups."""
    resources = request["ResourceConfig"]
    groups = resources.get("InstanceGroups") or [{**resources, "InstanceGroupName": "homogeneousCluster"}]
    kinds = [group for group in groups for _ in range(group["InstanceCount"])]
    return [
        Host(
            number=number,
            name=f"algo-{number + 1}",
            group=group["InstanceGroupName"],
            instance_type=group["InstanceType"],
        )
        for number, group in enumerate(kinds)
    ]


def config_files(request: Json, host: Host, hosts: list[Host]) -> dict[str, Json]:
    """What the container reads below `input/config` on one host, by file name."""
    files = {
        "hyperparameters.json": dict(request.get("HyperParameters", {})),
        "inputdataconfig.json": {
            channel["ChannelName"]: _channel(request, channel) for channel in request.get("InputDataConfig", [])
        },
        "resourceconfig.json": _resources(host, hosts),
    }
    if request.get("CheckpointConfig"):
        files["checkpointconfig.json"] = {"LocalPath": CHECKPOINTS, **request["CheckpointConfig"]}
    return files


def input_mode(request: Json, channel: Json) -> str:
    """`File`, `FastFile` or `Pipe`."""
    return str(channel.get("InputMode") or request["AlgorithmSpecification"]["TrainingInputMode"])


def pack(folders: list[Path], target: Path) -> bool:
    """Write a tar.gz of all files of several folders, as if they lay in one; false if there are none.

    When two hosts wrote a file of the same name, the first host's is kept.
    """
    members: dict[str, Path] = {}
    for folder in folders:
        for path, name in files_below(folder):
            members.setdefault(name, path)
    with tarfile.open(target, "w:gz", compresslevel=1) as tar:
        for name, path in sorted(members.items()):
            tar.add(path, name, recursive=False)
    return bool(members)


def _channel(request: Json, channel: Json) -> Json:
    settings = {
        "TrainingInputMode": input_mode(request, channel),
        "S3DistributionType": channel["DataSource"]["S3DataSource"].get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    return {**settings, **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {})}


def _resources(host: Host, hosts: list[Host]) -> Json:
    groups: dict[str, Json] = {}
    for each in hosts:
        group = {"instance_group_name": each.group, "instance_type": each.instance_type, "hosts": []}
        groups.setdefault(each.group, group)["hosts"].append(each.name)
    return {
        "current_host": host.name,
        "current_instance_type": host.instance_type,
        "current_group_name": host.group,
        "hosts": [each.name for each in hosts],
        "instance_groups": list(groups.values()),
        "network_interface_name": "lo",
    }
