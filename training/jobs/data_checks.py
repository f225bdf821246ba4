"""Whether what lies in a job's channels is what the container can read: listed and looked into, before money is spent.

The rules are those of the container (sagemaker-xgboost-container, `data_utils.py`): names that begin with a dot make it
fail, those that begin with an underscore are no data, files more than three folders deep are not read, and a host
without a file of its own is left out of the training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract.digit import CLASSES, PIXELS
from training.data.channel_reading import FOLDERS_DEEP
from training.data.channels import CONTENT_TYPES
from training.jobs.services import Objects, StoredObject
from training.jobs.spec import Channel, JobSpec
from training.jobs.values import split_uri

_LOOK_AT_BYTES = 64 << 10
_PARQUET = b"PAR1"
_GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class ChannelContent:
    """The objects of a channel: what the container reads as data, what it fails on, what it never sees."""

    channel: Channel
    parts: tuple[StoredObject, ...]
    hidden: tuple[str, ...]
    too_deep: tuple[str, ...]
    beside: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """Of all parts together."""
        return sum(part.size_bytes for part in self.parts)


def look_into(channel: Channel, objects: Objects) -> ChannelContent:
    """List a channel as the container would find it."""
    bucket, prefix = split_uri(channel.uri)
    found = list(objects.list(bucket, prefix))
    inside = [each for each in found if _is_inside(each.key, prefix)]
    files = [each for each in inside if not each.key.endswith("/")]
    visible = [each for each in files if not _name(each).startswith((".", "_")) and each.size_bytes > 0]
    return ChannelContent(
        channel=channel,
        parts=tuple(each for each in visible if _depth(each, prefix) <= FOLDERS_DEEP),
        hidden=tuple(each.key for each in files if _name(each).startswith(".")),
        too_deep=tuple(each.key for each in visible if _depth(each, prefix) > FOLDERS_DEEP),
        beside=tuple(each.key for each in found if not _is_inside(each.key, prefix)),
    )


def data_problems(spec: JobSpec, objects: Objects) -> list[str]:
    """Everything about the channels for which the job would be refused or fail, a sentence each."""
    contents = [look_into(channel, objects) for channel in spec.channels]
    problems = [problem for content in contents for problem in _channel_problems(content, spec, objects)]
    total = sum(content.size_bytes for content in contents)
    hosts = spec.machines.instance_count if spec.sharded else 1
    if total / hosts > spec.machines.volume_gb * _GIB:
        problems.append(
            f"the channels hold {total / hosts / _GIB:.1f} GiB for each host, which does not fit on its volume of"
            f" {spec.machines.volume_gb} GiB; raise it with --set volume_gb=N"
        )
    return problems


def _channel_problems(content: ChannelContent, spec: JobSpec, objects: Objects) -> Iterator[str]:
    name, uri = content.channel.name, content.channel.uri
    if content.hidden:
        yield f"the channel {name} holds the hidden file {content.hidden[0]}, on which the container fails; remove it"
    if content.too_deep:
        yield (
            f"the channel {name} holds {content.too_deep[0]}, deeper than the {FOLDERS_DEEP} levels that the container"
            " reads; move its files up"
        )
    if content.beside:
        yield (
            f"the prefix {uri} of the channel {name} also matches {content.beside[0]}, because S3 matches"
            " prefixes, not folders; end it with a slash"
        )
    if not content.parts:
        yield (
            f"the channel {name} at {uri} is empty; publish the channels with:"
            " python -m training publish --channels, or correct train_channel and validation_channel"
        )
        return
    if spec.sharded and len(content.parts) < spec.machines.instance_count:
        yield (
            f"the channel {name} has {len(content.parts)} part files for {spec.machines.instance_count} hosts, a host"
            " without one would be idle; prepare more with: python -m training prepare --parts"
            f" {spec.machines.instance_count}, or use fewer instances"
        )
    archived = next((part for part in content.parts if part.is_archived), None)
    if archived is not None:
        yield (
            f"the channel {name} holds {archived.key}, which is in an archive storage class, where no job"
            " can read it; restore the channel's objects with: aws s3api restore-object"
        )
        return
    yield from _format_problems(content, objects)


def _format_problems(content: ChannelContent, objects: Objects) -> Iterator[str]:
    """Look at the beginning of the first part: the container believes the content type, and fails minutes later."""
    part = content.parts[0]
    bucket, _ = split_uri(content.channel.uri)
    beginning = objects.beginning(bucket, part.key, _LOOK_AT_BYTES)
    is_parquet = beginning.startswith(_PARQUET)
    declared = content.channel.content_type
    if declared == CONTENT_TYPES["parquet"]:
        if not is_parquet:
            yield f"{part.key} is not Parquet, but the channel says {declared}; use channel_format=csv"
        return
    if is_parquet:
        yield f"{part.key} is Parquet, but the channel says {declared}; use channel_format=parquet"
        return
    yield from _csv_problems(part.key, beginning)


def _csv_problems(key: str, beginning: bytes) -> Iterator[str]:
    cells = beginning.split(b"\n", 1)[0].strip().split(b",")
    if len(cells) != PIXELS + 1:
        yield (
            f"the first line of {key} has {len(cells)} values, expected a label and {PIXELS} pixels separated by"
            " commas; prepare the channels with: python -m training prepare"
        )
        return
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        yield f"the first line of {key} is a header or holds text, expected numbers only; remove it"
        return
    if numbers[0] not in range(CLASSES):
        yield f"the first value of {key} is {numbers[0]:g}, expected a label 0..{CLASSES - 1}; put the label first"


def _is_inside(key: str, prefix: str) -> bool:
    """Whether the key lies in the folder, or is the one object, that the prefix means."""
    return not prefix or prefix.endswith("/") or key == prefix or key.startswith(f"{prefix}/")


def _name(each: StoredObject) -> str:
    return each.key.rsplit("/", 1)[-1]


def _depth(each: StoredObject, prefix: str) -> int:
    """Folders from the channel's own, which is the first, down to the file."""
    return each.key[len(prefix) :].strip("/").count("/") + 1
