"""Rows a second through the stream in the emulator, against a consumer that only copies, and against no stream at all.

Starts an emulator of its own and deploys storage and stream with the CDK CLI. Every contestant gets the same records
from one sender, as fast as it goes, and is done when all rows are in the bucket: ours (validated, Parquet, manifest), a
function that writes each batch to S3 as it came (JSON lines, nothing checked), and the sender itself, which puts the
same Parquet parts into the bucket. It says nothing about the throughput of AWS.
"""

from __future__ import annotations

import functools
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.report import Cell, Report
from contract.bucket_layout import PARTS_PREFIX
from contract.stream_record import Record, make_record
from tools.command_line import take_no_options
from tools.deployment import ROOT, Deployment, bootstrap, stack_outputs, synthesise
from tools.local import local_deployment, start_emulator
from training.data.data_folder import read_source_split
from training.stream.selection import Selection, select

ROWS = 10_000
BATCH = 500
TURNS = 3
PORT = 4598
PEER = "copying-consumer"
PEER_CODE = """
import base64, boto3, os
s3 = boto3.client("s3")
def handler(event, context):
    lines = [base64.b64decode(record["kinesis"]["data"]) for record in event["Records"]]
    first = event["Records"][0]["kinesis"]["sequenceNumber"]
    s3.put_object(Bucket=os.environ["BUCKET"], Key=f"copied/{first}-{len(lines)}.jsonl", Body=b"\\n".join(lines))
    print(len(lines))
"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The deployed stream, its bucket, and the records that everybody gets."""

    deployment: Deployment
    bucket: str
    records: list[Record]

    def client(self, service: str) -> Any:
        """A client of the emulator; the same one every time."""
        return _client(self.deployment, service)

    def keys(self, prefix: str, ending: str) -> list[str]:
        """Names in the bucket."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        found = [each["Key"] for page in pages for each in page.get("Contents", [])]
        return [key for key in found if key.endswith(ending)]

    def send(self, stream: str) -> None:
        """Put all records into a stream."""
        for start in range(0, len(self.records), BATCH):
            batch = self.records[start : start + BATCH]
            entries = [{"Data": record.payload, "PartitionKey": record.id} for record in batch]
            assert self.client("kinesis").put_records(StreamName=stream, Records=entries)["FailedRecordCount"] == 0


_clients: dict[str, Any] = {}


def _client(deployment: Deployment, service: str) -> Any:
    if service not in _clients:
        _clients[service] = deployment.client(service)
    return _clients[service]


def ours(bench: Bench) -> float:
    """Seconds until the manifests tell of every row."""
    manifest_rows = functools.cache(
        lambda key: json.loads(bench.client("s3").get_object(Bucket=bench.bucket, Key=key)["Body"].read())["rows"]
    )
    before = set(bench.keys(PARTS_PREFIX, ".json"))

    def rows() -> int:
        return sum(manifest_rows(key) for key in bench.keys(PARTS_PREFIX, ".json") if key not in before)

    return _seconds(lambda: bench.send("digits-local"), rows)


def copying(bench: Bench) -> float:
    """Seconds until the copied lines are there."""
    before = set(bench.keys("copied/", ".jsonl"))

    def rows() -> int:
        new = [key for key in bench.keys("copied/", ".jsonl") if key not in before]
        return sum(int(key.rpartition("-")[2].removesuffix(".jsonl")) for key in new)

    return _seconds(lambda: bench.send(PEER), rows)


def directly(bench: Bench) -> float:
    """Seconds in which the sender makes the same parts and puts them into the bucket itself."""
    sys.path[:0] = [str(ROOT / "lambda_src")] if str(ROOT / "lambda_src") not in sys.path else []
    from contract.stream_record import read_record
    from stream_consumer.parts import Arrival, make_part

    def put() -> None:
        for start in range(0, ROWS, BATCH):
            batch = enumerate(bench.records[start : start + BATCH], start=start)
            arrivals = [
                Arrival(digit=read_record(record.payload), shard="none", sequence_number=str(number))
                for number, record in batch
            ]
            part = make_part(arrivals, prefix="directly/")
            for key, content in ((part.key, part.content), (part.manifest_key, part.manifest)):
                bench.client("s3").put_object(Bucket=bench.bucket, Key=key, Body=content)

    return _seconds(put, lambda: ROWS)


def _seconds(send: Callable[[], None], rows: Callable[[], int]) -> float:
    started = time.perf_counter()
    send()
    while rows() < ROWS:
        time.sleep(0.02)
    return time.perf_counter() - started


@contextmanager
def running() -> Iterator[Bench]:
    """An emulator with the stream, and the copying consumer beside it."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(PORT), "--state-dir", f"{folder}/emulator"]
        try:
            chosen = local_deployment(start_emulator(*options), manifest=ROOT / "models/current.json")
            deployment = replace(chosen, folder=Path(folder))
            _deploy(deployment)
            bucket = stack_outputs(deployment, "storage")["BucketName"]
            digits = select(read_source_split(ROOT / "build/data", "train"), Selection(count=ROWS))
            records = [
                make_record(int(label), image.tobytes())
                for label, image in zip(digits.labels, digits.images, strict=True)
            ]
            bench = Bench(deployment=deployment, bucket=bucket, records=records)
            _make_peer(bench)
            yield bench
        finally:
            subprocess.run([sys.executable, "-m", "sagemaker_local", "down", *options], cwd=ROOT, check=False)


def _deploy(deployment: Deployment) -> None:
    synthesise(deployment)
    bootstrap(deployment)
    stacks = [deployment.stack("storage"), deployment.stack("stream"), "--exclusively", "--method=direct"]
    command = ["deploy", *stacks, "--require-approval", "never", "--app", str(deployment.assembly)]
    variables = {**deployment.variables, "DIGITS_ENVIRONMENT": "local", "DIGITS_MANIFEST": str(deployment.manifest)}
    subprocess.run([sys.executable, "-m", "tools.cdk", *command], cwd=ROOT, env=variables, check=True)


def _make_peer(bench: Bench) -> None:
    """A stream of as many shards, and a function with the same memory, mapped in the same way."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("copying.py", PEER_CODE)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    rights = {"Effect": "Allow", "Action": ["s3:PutObject", "kinesis:*", "logs:*"], "Resource": "*"}
    iam, functions, kinesis = bench.client("iam"), bench.client("lambda"), bench.client("kinesis")
    role = iam.create_role(RoleName=PEER, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=PEER, PolicyName="all", PolicyDocument=_policy(rights))
    kinesis.create_stream(StreamName=PEER, ShardCount=2)
    functions.create_function(
        FunctionName=PEER,
        Runtime="python3.14",
        Handler="copying.handler",
        Role=role,
        MemorySize=1024,
        Timeout=60,
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": {"BUCKET": bench.bucket}},
    )
    functions.create_event_source_mapping(
        FunctionName=PEER,
        EventSourceArn=kinesis.describe_stream_summary(StreamName=PEER)["StreamDescriptionSummary"]["StreamARN"],
        BatchSize=BATCH,
        MaximumBatchingWindowInSeconds=1,
        StartingPosition="TRIM_HORIZON",
    )


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


CONTESTANTS = {
    "stream, validated, Parquet with manifest": ours,
    "stream, copied as JSON lines": copying,
    "no stream: the sender puts the Parquet parts": directly,
}


def main() -> None:
    """Deploy, measure in turns and report the best of each."""
    take_no_options("benchmarks.stream", __doc__)
    times: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    with running() as bench:
        for _ in range(TURNS):
            for name, contestant in CONTESTANTS.items():
                times[name].append(contestant(bench))
    best = {name: min(values) for name, values in times.items()}
    rows: list[dict[str, Cell]] = [
        {"way": name, "seconds": seconds, "rows a second": round(ROWS / seconds)} for name, seconds in best.items()
    ]
    mine, copied, direct = best.values()
    Report(
        name="stream",
        title=f"{ROWS:,} labelled digits into the bucket, in the emulator, best of {TURNS} turns",
        rows=rows,
        ratios={
            "rows a second, in times of a consumer that only copies": copied / mine,
            "rows a second, in times of a sender that needs no stream": direct / mine,
        },
        packages=("boto3", "pyarrow"),
        notes=("the first turn, in which functions start, is among the three; batches of 500, two shards, window 1 s",),
    ).publish()


if __name__ == "__main__":
    main()
