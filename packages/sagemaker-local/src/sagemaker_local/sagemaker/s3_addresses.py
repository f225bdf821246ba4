"""Addresses in S3 as SageMaker takes them: `s3://BUCKET/KEY`, and the `https://` forms of S3's own hosts.

SageMaker describes both (`(https|s3)://...`); the CDK's SageMaker constructs write the second.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

from __future__ import annotations

import re
from urllib.parse import unquote

FORMS = "s3://BUCKET/KEY, https://s3.REGION.amazonaws.com/BUCKET/KEY or https://BUCKET.s3.REGION.amazonaws.com/KEY"
"""What an address may look like, for messages."""

_PLAIN = re.compile(r"s3://([^/]+)/?(.*)", re.DOTALL)
_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_HOST = rf"s3(?:[.-]{_REGION}|\.dualstack\.{_REGION})?\.amazonaws\.com(?:\.cn)?"
_PATH_STYLE = re.compile(rf"https://{_HOST}/([^/?#]+)/?([^?#]*)", re.DOTALL)
_HOST_STYLE = re.compile(rf"https://([a-z0-9][a-z0-9.-]*)\.{_HOST}/?([^?#]*)", re.DOTALL)


def bucket_and_key(address: str) -> tuple[str, str] | None:
    """Bucket and key of an address; the key may be empty. None if it is no address in S3.

    Parameters
    ----------
    address
        In one of `FORMS`; the older hosts `s3.amazonaws.com` and `s3-REGION` too. The path of an `https` address is
        percent-encoded.
    """
    if plain := _PLAIN.fullmatch(address):
        return plain[1], plain[2]
    if web := _PATH_STYLE.fullmatch(address) or _HOST_STYLE.fullmatch(address):
        return web[1], unquote(web[2])
    return None
