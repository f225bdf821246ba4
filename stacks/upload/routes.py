"""The function behind the upload routes: it may sign forms for uploads, create jobs, look them up, and no more."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.settings import Settings
from stacks.shared.function_bundle import SOURCES, FunctionSource
from stacks.shared.function_packages import FunctionPackages
from stacks.shared.lambda_function import PythonFunction
from stacks.upload.inbox import UploadInbox
from stacks.upload.jobs_table import JobsTable

MEMORY_MB = 512
TIMEOUT_SECONDS = 20
"""Longer than all attempts at the table, shorter than the time-out of API Gateway."""
UPLOADS_PACKAGES = FunctionPackages(name="UploadsPackages", requirements=SOURCES / "requirements.txt")


def make_upload_function(
    scope: Construct,
    construct_id: str,
    *,
    settings: Settings,
    inbox: UploadInbox,
    jobs: JobsTable,
    origins: Sequence[str],
) -> PythonFunction:
    """Make the function. A form is signed with its role, so it can allow no more than the role does."""
    upload = settings.upload
    return PythonFunction(
        scope,
        construct_id,
        source=FunctionSource(package="uploads"),
        packages=UPLOADS_PACKAGES,
        settings=settings,
        description="Creates uploads of pictures and returns their status",
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=MEMORY_MB,
        environment={
            "UPLOAD_BUCKET": inbox.bucket.bucket_name,
            "JOBS_TABLE": jobs.table.table_name,
            "UPLOAD_BYTES_MAX": str(upload.bytes_max),
            "URL_SECONDS": str(upload.url_seconds),
            "ANSWER_SECONDS": str(upload.answer_seconds),
            "KEEP_SECONDS": str(upload.keep_seconds),
            "SITE_ORIGINS": " ".join(origins),
            "LOG_LEVEL": settings.log_level,
            "ENVIRONMENT": settings.environment,
            "POWERTOOLS_SERVICE_NAME": "uploads",
        },
        statements=[
            iam.PolicyStatement(actions=["s3:PutObject"], resources=[inbox.objects]),
            jobs.allow("GetItem", "PutItem", "UpdateItem"),
        ],
    )
