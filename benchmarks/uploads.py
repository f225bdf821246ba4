"""500 uploads at once through everything that is deployed, against the same pictures sent to the prediction route.

Starts an emulator of its own and deploys the model of `build/model` with the CDK CLI. All callers begin at the same
moment: ask for a form, send the picture, ask until the job has ended. Every job must end DONE, and the log of the
worker must tell of each once; otherwise the benchmark fails. The named peer is `POST /predictions` with the same files,
which is what small pictures can do instead.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Report
from tools.api_client import ApiClient
from tools.command_line import take_no_options
from tools.deployment import ROOT, Deployment, api_client, stack_outputs
from tools.local import bring_up, local_deployment, start_emulator
from tools.pixels import png_of
from tools.upload_client import Uploader
from training.data.data_folder import read_source_split

UPLOADS = 500
CALLERS = 32
"""Connections of this process: the rest of the 500 wait for one, as in a browser."""
PEER_CALLERS = 8
PORT = 4597
LONGEST_SECONDS = 600.0
TOO_MANY = 429


def patiently(ask: Callable[[], Any]) -> Any:
    """Ask until the answer is not that there are too many at the moment."""
    while (answer := ask()).status == TOO_MANY:
        time.sleep(float(answer.headers.get("retry-after", "1")))
    return answer


def upload_all(api: ApiClient, bodies: list[bytes]) -> tuple[list[dict[str, Any]], list[float], float]:
    """Upload every picture; the jobs as they ended, the seconds of each, and of all."""
    uploader = Uploader.of(api)
    started = time.perf_counter()

    def begin(body: bytes) -> tuple[dict[str, Any], float]:
        asked = time.perf_counter()
        answer = patiently(lambda: uploader.ask("image/png", len(body)))
        job = answer.json()
        sent = uploader.send(job["upload"], body)
        if sent.status != 204:
            raise RuntimeError(sent.data)
        return job, asked

    with ThreadPoolExecutor(CALLERS) as pool:
        begun = list(pool.map(begin, bodies))
    ended, seconds, waiting = [], [], list(begun)
    while waiting:
        if time.perf_counter() - started > LONGEST_SECONDS:
            msg = f"{len(waiting)} jobs have not ended after {LONGEST_SECONDS:.0f} s"
            raise RuntimeError(msg)
        still = []
        for job, asked in waiting:
            document = patiently(partial(api.request, "GET", f"/uploads/{job['job_id']}")).json()
            if document["status"] == "PENDING":
                still.append((job, asked))
            else:
                ended.append(document)
                seconds.append(time.perf_counter() - asked)
        waiting = still
        time.sleep(0.2)
    return ended, seconds, time.perf_counter() - started


def handled(deployment: Deployment) -> Counter[str]:
    """How often the worker's log tells of a job that it ended."""
    name = stack_outputs(deployment, "upload")["WorkerName"]
    group = deployment.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
    lines: list[str] = []
    for page in deployment.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
        lines += [event["message"] for event in page["events"]]
    told = (json.loads(line) for line in lines if line.startswith("{") and '"handled"' in line)
    return Counter(line["job_id"] for line in told if line["handled"] in {"DONE", "FAILED"})


def predict_all(api: ApiClient, bodies: list[bytes]) -> float:
    """Send every picture to the prediction route; the seconds of all."""
    started = time.perf_counter()
    with ThreadPoolExecutor(PEER_CALLERS) as pool:
        answers = list(pool.map(lambda body: patiently(lambda: api.predict_image(body)), bodies))
    if {answer.status for answer in answers} != {200}:
        msg = f"the API answered {Counter(answer.status for answer in answers)}"
        raise RuntimeError(msg)
    return time.perf_counter() - started


def main() -> None:
    """Deploy, measure and report."""
    take_no_options("benchmarks.uploads", __doc__)
    images = read_source_split(ROOT / "build/data", "test")
    bodies = [png_of(image) for image in images.images[:UPLOADS]]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(PORT), "--state-dir", f"{folder}/emulator"]
        try:
            deployment = replace(local_deployment(start_emulator(*options)), folder=Path(folder))
            bring_up(deployment)
            api = api_client(deployment)
            upload_all(api, bodies[:4])  # the first ones start processes
            ended, seconds, whole = upload_all(api, bodies)
            told = handled(deployment)
            peer = predict_all(api, bodies)
        finally:
            subprocess.run([sys.executable, "-m", "sagemaker_local", "down", *options], cwd=ROOT, check=False)
    states = Counter(job["status"] for job in ended)
    twice = sum(told[job["job_id"]] != 1 for job in ended)
    if states != Counter({"DONE": UPLOADS}) or twice:
        msg = f"{UPLOADS} uploads ended as {dict(states)}, and {twice} were not handled exactly once"
        raise SystemExit(msg)
    Report(
        name="uploads",
        title=f"{UPLOADS} pictures at once, all answered, in the emulator",
        rows=[
            {
                "way": "uploads",
                "pictures/s": UPLOADS / whole,
                "p50 s": float(np.median(seconds)),
                "longest s": max(seconds),
                "done": states["DONE"],
                "twice": twice,
            },
            {
                "way": "POST /predictions",
                "pictures/s": UPLOADS / peer,
                "p50 s": None,
                "longest s": None,
                "done": UPLOADS,
                "twice": 0,
            },
        ],
        ratios={"uploads take, in times of POST /predictions": whole / peer},
        packages=("boto3", "pillow", "xgboost-cpu"),
        notes=("two runs of the worker at a time, one picture each: the settings of the emulator's environment",),
    ).publish()


if __name__ == "__main__":
    main()
