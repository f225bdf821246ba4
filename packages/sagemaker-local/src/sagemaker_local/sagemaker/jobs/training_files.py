"""What a training job reads from S3 before its processes run, and what it writes there afterwards. Blocking."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from sagemaker_local.sagemaker.jobs import channels
from sagemaker_local.sagemaker.jobs.opt_ml import OptMl, config_files, hosts_of, input_mode, pack
from sagemaker_local.sagemaker.jobs.records import TrainingJob
from sagemaker_local.sagemaker.jobs.s3_access import S3Access, fetch_source, files_below, inside, split_prefix
from sagemaker_local.sagemaker.shapes import Json


def fetch(access: S3Access, request: Json, machines: dict[str, OptMl], stopped: Callable[[], bool]) -> None:
    """Fill the folders of all hosts: configuration, channels, checkpoints of an earlier attempt.

    Raises
    ------
    JobFailed
        When something cannot be read.
    JobStopped
        When `stopped` says so between two objects.
    """
    hosts = hosts_of(request)
    for host in hosts:
        machine = machines[host.name]
        machine.make()
        machine.write_config(config_files(request, host, hosts))
        _fetch_checkpoints(access, request, machine)
    for channel in request.get("InputDataConfig", []):
        folders = [machines[host.name].channel(channel["ChannelName"]) for host in hosts]
        if input_mode(request, channel) == "Pipe":  # the container refuses it before it reads anything
            continue
        fetch_source(access, channel["DataSource"]["S3DataSource"], folders, stopped)


def output_url(job: TrainingJob) -> str:
    """Where a job's outputs go; of `s3://bucket/prefix//` the empty name stays a part of the keys."""
    return f"{job.request['OutputDataConfig']['S3OutputPath'].removesuffix('/')}/{job.name}/output"


def model_url(job: TrainingJob) -> str:
    """Where a job's model goes: an archive, or what stands below a prefix when it is not to be packed."""
    packed = job.request["OutputDataConfig"].get("CompressionType", "GZIP") != "NONE"
    return f"{output_url(job)}/model.tar.gz" if packed else f"{output_url(job)}/model/"


def keep(access: S3Access, job: TrainingJob, machines: list[OptMl]) -> None:
    """Put model and outputs into S3, and remember where the model is.

    Raises
    ------
    JobFailed
        When they cannot be written.
    """
    output, key = job.request["OutputDataConfig"], job.request["OutputDataConfig"].get("KmsKeyId", "")
    if output.get("CompressionType", "GZIP") == "NONE":
        for machine in machines:
            access.upload_folder(machine.model, f"{output_url(job)}/model", kms_key=key)
    else:
        _upload_packed(access, [machine.model for machine in machines], model_url(job), key)
    job.model_artifacts = model_url(job)
    keep_output(access, job, machines)


def keep_output(access: S3Access, job: TrainingJob, machines: list[OptMl]) -> None:
    """Put what the hosts wrote to `output/data` into S3, if they did."""
    folders = [machine.output_data for machine in machines]
    if any(True for folder in folders for _ in files_below(folder)):
        key = job.request["OutputDataConfig"].get("KmsKeyId", "")
        _upload_packed(access, folders, f"{output_url(job)}/output.tar.gz", key)


def keep_checkpoints(access: S3Access, request: Json, machines: dict[str, OptMl], seen: dict[Path, float]) -> None:
    """Put checkpoints into S3; those that `seen` knows with their time of change are there already."""
    if not request.get("CheckpointConfig"):
        return
    url = request["CheckpointConfig"]["S3Uri"].rstrip("/")
    for machine in machines.values():
        for path, name in files_below(machine.checkpoints):
            changed = path.stat().st_mtime
            if seen.get(path) != changed:
                access.upload(path, f"{url}/{name}")
                seen[path] = changed


def _fetch_checkpoints(access: S3Access, request: Json, machine: OptMl) -> None:
    if not request.get("CheckpointConfig"):
        return
    url = request["CheckpointConfig"]["S3Uri"].rstrip("/") + "/"
    bucket, prefix = split_prefix(url)
    for key in access.keys(url):
        access.download(bucket, key, inside(machine.checkpoints, channels.local_name(key, prefix)))


def _upload_packed(access: S3Access, folders: list[Path], url: str, kms_key: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".tar.gz") as archive:
        pack(folders, Path(archive.name))
        access.upload(Path(archive.name), url, kms_key=kms_key)
