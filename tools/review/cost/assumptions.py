"""What an estimate takes for granted, each figure with where it comes from; the output tells all of them."""

from __future__ import annotations

FUNCTION_SECONDS = 0.025
"""Billed time of the function for a prediction: the whole way through the emulator's API took 12.6 ms on a whole
processor (benchmarks/results/deployed_api.json); 1,024 MB have 0.58 of one, and a little is added."""

ENDPOINT_SECONDS = 0.010
"""Billed time of a serverless endpoint: the real container's stack answers in 2.2 ms on two processors
(docs/scale-out.md); 2,048 MB have about one of them, and the rest is room."""

CONTAINER_REQUESTS_PER_SECOND = 888
"""One-row requests that the real container's stack (nginx, gunicorn with two workers, Flask, XGBoost 3.2) answered with
8 connections, on two processors which the load generator shared; 894 with 32, 445 with one (docs/benchmarks.md)."""

CONTAINER_PROCESSORS = 2

BUSY = 0.5
"""How busy a machine may be planned: half, so that one of two can fail and bursts find room."""

UPLOAD_SECONDS = 0.48
"""Time of the worker for an uploaded picture: two of them did 4.2 pictures a second on a busy machine
(benchmarks/results/uploads.json)."""

REQUEST_BYTES = 2_000
"""A row of 784 pixels and its answer, as the endpoint sees them: 1.8 kB and a little."""

FUNCTION_LOG_BYTES = 2_000
"""Log of the function for a prediction: START, END and REPORT, and one record with metrics."""

ACCESS_LOG_BYTES = 800
"""One line of the access log of the API."""

DETAILED_METRICS = 5
"""Metrics of each method that is called, where detailed metrics of the API are switched on."""

IDLE_POLLS_PER_MINUTE = 15
"""What Lambda asks an empty queue: five connections that wait 20 seconds each, as metrics of such queues show
(https://github.com/getlift/lift/issues/132); AWS does not say."""

NOTEBOOK_HOURS = 40
"""Hours a month that somebody works in a notebook instance, in a month with requests; it stops itself when idle."""

GIGABYTE = 1_000_000_000


def told() -> list[str]:
    """The assumptions in words."""
    return [
        "on demand in one account, list prices; free allowances, savings plans, taxes and support are not counted",
        "a month has 730 hours; a rate of requests is the same all month",
        "a request is one prediction with one picture, through one API, its function and the endpoint",
        "uploads, the stream, sign-ins and pages are paid by their own use",
        f"a prediction takes {FUNCTION_SECONDS * 1000:.0f} ms of the function",
        f"on a serverless endpoint it takes {ENDPOINT_SECONDS * 1000:.0f} ms",
        f"it writes {FUNCTION_LOG_BYTES:,} bytes of the function's log and {ACCESS_LOG_BYTES:,} of the access log",
        "instances are counted as in the template, whether they can handle the load or not",
        f"a notebook instance runs {NOTEBOOK_HOURS} hours a month, at rest none if it has a script that stops it",
        f"Lambda polls a queue {IDLE_POLLS_PER_MINUTE} times a minute, also when it is empty",
        "not in templates, so not counted: stored data, logs that are kept, data transfer, training jobs",
        "nor custom metrics that functions write: 0.30 each in a month in which they occur",
    ]
