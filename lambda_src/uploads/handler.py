"""Entry point of the upload function, `uploads.handler.handler`: event in, proxy response out."""

from __future__ import annotations

import functools
import os
from typing import Any

from aws_lambda_powertools import Logger

from gateway.http_app import respond
from gateway.metrics import FunctionMetrics
from upload_jobs.jobs_table import JobsTable
from uploads.application import Application
from uploads.settings import Settings
from uploads.upload_bucket import UploadBucket

logger = Logger()
metrics = FunctionMetrics.from_environment(os.environ)


def handler(event: object, context: object) -> dict[str, Any]:
    """Handle one event of API Gateway (REST, proxy integration)."""
    return respond(event, context, application, logger, metrics)


@functools.cache
def application() -> Application:
    """Read the settings and connect to table and bucket, once for all requests of this process."""
    settings = Settings.from_environment(os.environ)
    limits = settings.limits
    bucket = UploadBucket.connect(settings.bucket, bytes_max=limits.bytes_max, url_seconds=limits.url_seconds)
    table = JobsTable.connect(settings.table)
    return Application(jobs=table, uploads=bucket, limits=limits, origins=settings.origins)
