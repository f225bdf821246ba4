"""What a job leaves behind, as `fit`, `evaluate` and `package` would have left it: the records and the archive.

The model is taken out, checked and packed anew by `training.model.job_model`; what it learned from is read beside its
channels, where `publish --channels` put a manifest, or from the channels themselves.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from contract.json_fields import parse_json
from contract.manifest import Data, Manifest, Training
from training.common.errors import DataError, JobError
from training.common.files import sha256_of_bytes
from training.data.channels import CONTENT_TYPES
from training.data.data_folder import MANIFEST_NAME
from training.data.dataset import Split
from training.jobs.data_checks import look_into
from training.jobs.description import ChannelSource, Job
from training.jobs.services import Objects
from training.jobs.spec import Channel
from training.jobs.values import split_uri
from training.model.digits_model import require_served_model
from training.model.evaluation import evaluate, probabilities_of
from training.model.hyperparameters import Hyperparameters
from training.model.job_model import AdoptedModel, adopt, published_data, training_of_job
from training.model.model_records import Evaluation, FitRecord, compose_manifest, framework

_MOST_BYTES = 512 << 20


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A job's model with everything said about it, ready to be written."""

    adopted: AdoptedModel
    record: FitRecord
    evaluation: Evaluation
    manifest: Manifest


def download(job: Job, objects: Objects) -> bytes:
    """The archive as the job wrote it.

    Raises
    ------
    JobError
        when it has none, was stopped without keeping it, or has one that is too large to be a model of digits
    """
    if not job.model_uri:
        raise JobError(_why_no_model(job))
    if job.has_ended and not job.left_a_model:
        raise JobError(
            f"the job {job.name} was stopped and kept no model; its hyperparameter"
            " save_model_on_termination is not true; jobs of submit set it by default"
        )
    bucket, key = split_uri(job.model_uri)
    found = next((each for each in objects.list(bucket, key) if each.key == key), None)
    if found is None:
        raise JobError(f"the job {job.name} wrote {job.model_uri}, which is not there any more; submit it again")
    if found.size_bytes > _MOST_BYTES:
        raise JobError(f"{job.model_uri} has {found.size_bytes:,} bytes, allowed are {_MOST_BYTES:,}; train less trees")
    return objects.content(bucket, key)


def fetched(job: Job, archive: bytes, data: Data, test: Split, *, test_sha256: dict[str, str]) -> Fetched:
    """Check and score a job's model.

    Parameters
    ----------
    job
        that has ended
    archive
        what it wrote
    data
        what it learned from
    test
        the images to score it on
    test_sha256
        digests of the source that they come from

    Raises
    ------
    ArtifactError
        when the archive does not hold one model that may be served
    DataError
        when the test images are of another source than the job's
    HyperparameterError, JobError, ManifestError
        when the job is not one whose model this project serves
    """
    require_same_image(job)
    if not data.source.startswith("channels:") and dict(data.sha256) != test_sha256:
        raise DataError(
            f"the job {job.name} was trained on {data.source}, but other data is prepared;"
            " prepare the data of the job first (python -m training prepare --help lists the sources)"
        )
    hyperparameters = Hyperparameters.from_sagemaker(job.hyperparameters)
    require_served_model(hyperparameters)
    adopted = adopt(archive, name=job.model_uri or job.name)
    metrics = evaluate(probabilities_of(adopted.booster, test.images), test.labels, split="test")
    sha256 = sha256_of_bytes(adopted.model)
    record = FitRecord(
        model_sha256=sha256,
        hyperparameters=hyperparameters.to_sagemaker(),
        data=data,
        training=_training(job, adopted),
        framework_version=framework().version,
    )
    evaluation = Evaluation(model_sha256=sha256, source_sha256=test_sha256, metrics=metrics)
    manifest = compose_manifest(
        archive_sha256=sha256_of_bytes(adopted.archive),
        archive_bytes=len(adopted.archive),
        fit=record,
        evaluation=evaluation,
    )
    return Fetched(adopted=adopted, record=record, evaluation=evaluation, manifest=manifest)


def require_same_image(job: Job) -> None:
    """Refuse the model of another version of XGBoost than the one that serves.

    Raises
    ------
    JobError
        naming both
    """
    tag, served = job.image_uri.rpartition(":")[2], framework().image_tag
    if tag != served:
        raise JobError(
            f"the job {job.name} was trained with the image tag {tag or 'unknown'}, models are served with {served};"
            f" submit it again with --set image_tag={served}"
        )


def data_of_job(job: Job, objects: Objects) -> Data:
    """What a job learned from.

    Raises
    ------
    JobError
        when its channels are gone
    ContractError
        when the manifest beside them is damaged
    """
    train = next((channel for channel in job.channels if channel.name == "train"), None)
    if train is None:
        raise JobError(f"the job {job.name} had no channel train; submit one with: python -m training submit")
    bucket, prefix = split_uri(train.uri)
    folder = prefix.rstrip("/").rpartition("/")[0]
    key = f"{folder}/{MANIFEST_NAME}"
    if any(each.key == key for each in objects.list(bucket, key)):
        return _published(objects.content(bucket, key), name=f"s3://{bucket}/{key}")
    return _own(job.channels, objects)


def _published(content: bytes, *, name: str) -> Data:
    """What `publish --channels` wrote beside the channels says of their source."""
    return published_data(parse_json(content, name=name, remedy="publish the channels again"), name=name)


def _own(channels: Iterable[ChannelSource], objects: Objects) -> Data:
    """The same for channels without a manifest: their files are their own source, and are read to be counted."""
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    uri = ""
    for source in channels:
        channel = Channel(name=source.name, uri=source.uri, content_type=source.content_type)
        bucket, _ = split_uri(channel.uri)
        uri = uri or channel.uri
        parts = look_into(channel, objects).parts
        if not parts:
            raise JobError(f"the channel {channel.name} at {channel.uri} is empty by now; submit the job again")
        counts[channel.name] = 0
        for part in parts:
            content = objects.content(bucket, part.key)
            counts[channel.name] += _rows(content, channel.content_type, f"s3://{bucket}/{part.key}")
            digests[part.key] = hashlib.sha256(content).hexdigest()
    return Data(
        source=f"channels:{uri.rstrip('/').rpartition('/')[0]}",
        split="train and validation as the channels have them",
        counts=counts,
        sha256=digests,
    )


def _rows(content: bytes, content_type: str, name: str) -> int:
    if content_type == CONTENT_TYPES["parquet"]:
        import pyarrow as pa  # type: ignore[import-untyped]
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        try:
            return int(pq.ParquetFile(io.BytesIO(content)).metadata.num_rows)
        except (pa.ArrowException, OSError) as problem:
            reason = (str(problem).splitlines() or [type(problem).__name__])[0].rstrip(".")
            raise JobError(f"{name} is not Parquet ({reason}); publish the channels again") from None
    return sum(1 for line in content.splitlines() if line.strip())


def _training(job: Job, adopted: AdoptedModel) -> Training:
    """The run as the job describes it, with its name: the schema of the manifest has no field of its own for that."""
    facts = training_of_job(
        best_round=adopted.best_round,
        seconds=float(job.training_seconds or 0),
        instance_type=job.instance_type,
        hosts=job.instance_count,
    )
    host = replace(facts.host, platform=f"{facts.host.platform}{', spot' if job.spot else ''}, job {job.name}")
    ended = (job.ended or datetime.now(UTC)).astimezone(UTC)
    return replace(facts, host=host, created_at=ended.isoformat(timespec="seconds"))


def _why_no_model(job: Job) -> str:
    if not job.has_ended:
        return (
            f"the job {job.name} has no model yet, it is {job.phase}; follow it with:"
            f" python -m training jobs {job.name} --follow"
        )
    return (
        f"the job {job.name} is {job.status} and left no model; read why with:"
        f" python -m training jobs {job.name}, and submit another"
    )
