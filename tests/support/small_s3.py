"""The little of S3 and SSM that publishing talks to, over HTTP on loopback: a dictionary behind real boto3.

It keeps conditional writes and checksums honest, and can be told to fail as AWS does. Signatures are not checked.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


@dataclass
class SmallS3:
    """What is stored, and how to misbehave.

    Parameters
    ----------
    buckets
        objects by key, by bucket
    parameters
        SSM parameters by name
    failure
        status and error code with which every request is refused
    keeps_checksums
        whether HEAD tells the checksum
    hides_absence
        whether HEAD says 403 of what is not there, as to callers who may list a part of the bucket
    """

    buckets: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"digits-bucket": {}})
    parameters: dict[str, str] = field(default_factory=dict)
    failure: tuple[int, str] | None = None
    keeps_checksums: bool = True
    hides_absence: bool = False
    puts: int = 0
    port: int = 0

    @contextmanager
    def serving(self) -> Iterator[SmallS3]:
        """Answer on a free port until the block ends."""
        store = self

        class Handler(_Handler):
            small = store

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_port
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    small: SmallS3
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""

    def do_HEAD(self) -> None:
        bucket, key = self._address()
        if self._failed() or self._no_bucket(bucket):
            return
        if key not in self.small.buckets[bucket]:
            self._answer(403 if self.small.hides_absence else 404)
        else:
            content = self.small.buckets[bucket][key]
            checksum = {"x-amz-checksum-sha256": _checksum(content)} if self.small.keeps_checksums else {}
            self._answer(200, headers={"Content-Length": str(len(content)), **checksum})

    def do_GET(self) -> None:
        bucket, key = self._address()
        if self._failed() or self._no_bucket(bucket):
            return
        if not key:
            self._list(bucket)
        elif key not in self.small.buckets[bucket]:
            self._refuse(404, "NoSuchKey")
        else:
            self._answer(200, self.small.buckets[bucket][key])

    def _list(self, bucket: str) -> None:
        (prefix,) = parse_qs(urlsplit(self.path).query)["prefix"]
        found = [
            f"<Contents><Key>{key}</Key></Contents>" for key in self.small.buckets[bucket] if key.startswith(prefix)
        ]
        self._answer(200, f"<ListBucketResult>{''.join(found)}</ListBucketResult>".encode())

    def do_PUT(self) -> None:
        bucket, key = self._address()
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._failed() or self._no_bucket(bucket):
            return
        if self.headers["If-None-Match"] == "*" and key in self.small.buckets[bucket]:
            self._refuse(412, "PreconditionFailed")
        elif self.headers["x-amz-checksum-sha256"] != _checksum(content):
            self._refuse(400, "BadDigest")
        else:
            self.small.puts += 1
            self.small.buckets[bucket][key] = content
            self._answer(200)

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        value = self.small.parameters.get(request["Name"])
        if value is None:
            self._answer(400, json.dumps({"__type": "ParameterNotFound"}).encode())
        else:
            self._answer(200, json.dumps({"Parameter": {"Name": request["Name"], "Value": value}}).encode())

    def _address(self) -> tuple[str, str]:
        bucket, _, key = self.path.split("?")[0].lstrip("/").partition("/")
        return bucket, key

    def _failed(self) -> bool:
        if self.small.failure:
            self._refuse(*self.small.failure)
        return self.small.failure is not None

    def _no_bucket(self, bucket: str) -> bool:
        if bucket not in self.small.buckets:
            self._refuse(404, "NoSuchBucket")
        return bucket not in self.small.buckets

    def _refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>refused</Message></Error>".encode()
        headers = {"x-amz-bucket-region": "eu-west-1"} if status == 301 else {}
        self._answer(status, b"" if self.command == "HEAD" else body, headers)

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _checksum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
