"""One-row predictions through the deployed API, against the same request to the endpoint without API and function.

Starts an emulator of its own, deploys the model of `build/model` with the CDK CLI, and asks one request after another:
the signed REST API with the prediction function behind it, and `InvokeEndpoint` by boto3. The difference is what API
Gateway's emulation, the signature and the function cost. It says nothing about the latency of AWS.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.report import Cell, Report
from tools.command_line import take_no_options
from tools.deployment import ROOT, Deployment, api_client
from tools.local import bring_up, local_deployment, start_emulator
from training.data.data_folder import read_source_split

REQUESTS = 200
WARM_UP = 10
PAUSE_SECONDS = 0.01
"""Between requests: the stage takes 200 a second."""
PORT = 4599


def milliseconds(ask: Callable[[int], object]) -> list[float]:
    """Times of `REQUESTS` requests, one after another, after a few that warm up."""
    times = []
    for number in range(-WARM_UP, REQUESTS):
        started = time.perf_counter()
        ask(max(number, 0))
        times.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE_SECONDS)
    return times[WARM_UP:]


def measure(deployment: Deployment) -> dict[str, list[float]]:
    """Times by way."""
    images = read_source_split(ROOT / "build/data", "test").images
    api, runtime = api_client(deployment), deployment.client("sagemaker-runtime")

    def through_the_api(number: int) -> None:
        answer = api.predict(images[number : number + 1].tolist())
        if answer.status != 200:
            raise RuntimeError(answer.body)

    def invoke_endpoint(number: int) -> None:
        body = ",".join(map(str, images[number].tolist()))
        answer = runtime.invoke_endpoint(
            EndpointName="digits-local", ContentType="text/csv", Accept="application/json", Body=body
        )
        answer["Body"].read()

    return {"REST API": milliseconds(through_the_api), "InvokeEndpoint by boto3": milliseconds(invoke_endpoint)}


def main() -> None:
    """Deploy, measure and report."""
    take_no_options("benchmarks.deployed_api", __doc__)
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", str(PORT), "--state-dir", f"{folder}/emulator"]
        try:
            deployment = replace(local_deployment(start_emulator(*options)), folder=Path(folder))
            bring_up(deployment)
            times = measure(deployment)
        finally:
            subprocess.run([sys.executable, "-m", "sagemaker_local", "down", *options], cwd=ROOT, check=False)
    rows: list[dict[str, Cell]] = [
        {"way": way, "p50 ms": statistics.median(values), "p99 ms": float(np.percentile(values, 99))}
        for way, values in times.items()
    ]
    medians = {way: statistics.median(values) for way, values in times.items()}
    Report(
        name="deployed_api",
        title=f"one row a request, {REQUESTS} requests one after another, in the emulator",
        rows=rows,
        ratios={"the API takes, in times of InvokeEndpoint": medians["REST API"] / medians["InvokeEndpoint by boto3"]},
        packages=("boto3", "xgboost-cpu"),
    ).publish()


if __name__ == "__main__":
    main()
