"""Which objects of a channel go to which host, and where they lie there. Pure functions on keys.

Source: S3DataSource in the API reference of SageMaker.
"""

from __future__ import annotations

import re

from sagemaker_local.json_text import read_json
from sagemaker_local.sagemaker.jobs.records import JobFailed

SHARDED = "ShardedByS3Key"


def local_name(key: str, prefix: str) -> str:
    """Path of an object below its channel's folder: what follows the prefix, whole folders only."""
    if key == prefix:
        return key.rpartition("/")[2]
    if key[len(prefix) :].startswith("/"):
        return key[len(prefix) :].lstrip("/")
    return key[len(prefix.rpartition("/")[0]) :].lstrip("/")


def share(keys: list[str], distribution: str, host: int, hosts: int) -> list[str]:
    """What of a channel's objects one host gets: all, or every `hosts`-th in the order of the keys.

    Parameters
    ----------
    keys
        All objects of the channel.
    distribution
        `FullyReplicated` or `ShardedByS3Key`.
    host, hosts
        Number of the host, from 0, and how many there are.
    """
    return sorted(keys)[host::hosts] if distribution == SHARDED else sorted(keys)


def manifest_urls(content: bytes, url: str) -> tuple[str, list[str]]:
    """Prefix and addresses of the objects that a manifest lists: `[{"prefix": "s3://..."}, "name", ...]`.

    Raises
    ------
    JobFailed
        When it is no such list.
    """
    listed = _listed(content)
    if listed is None:
        msg = (
            f'ClientError: Data download failed:Invalid manifest file "{url}": it must be '
            '[{"prefix": "s3://BUCKET/..."}, "name", ...]'
        )
        raise JobFailed(msg)
    prefix, names = listed
    return prefix, [prefix + name for name in names]


def _listed(content: bytes) -> tuple[str, list[str]] | None:
    """Prefix and names of a manifest; None if it is none."""
    try:
        head, *names = read_json(content)
        prefix = str(head["prefix"])
    except (ValueError, KeyError, TypeError):
        return None
    is_address = re.match("s3://[^/]+/", prefix) is not None
    return (prefix, names) if is_address and all(isinstance(name, str) for name in names) else None
