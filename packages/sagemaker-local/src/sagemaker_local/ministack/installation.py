"""What is entered into MiniStack so that it knows SageMaker, and does what it ignores; all through `registry`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sagemaker_local.ministack import (
    alarms,
    api_gateway,
    buckets,
    change_sets,
    cloudfront,
    cognito_sign_up,
    cognito_tokens,
    failed_integrations,
    finer_policies,
    functions,
    leading_keys,
    managed_policies,
    payload_limits,
    policy_simulation,
    registry,
    resource_types,
    root_signatures,
    service_metrics,
    services,
    tables,
    topics,
    unpacked_archives,
    upload_forms,
    worker_queueing,
)
from sagemaker_local.sagemaker.http_api import HttpApi


def install(api: HttpApi, loop: asyncio.AbstractEventLoop, function_python: Path) -> None:
    """Enter everything into MiniStack.

    Parameters
    ----------
    api
        What answers requests for SageMaker.
    loop
        Where the daemon works.
    function_python
        Interpreter of the Lambda functions.

    Raises
    ------
    RegistryError
        When this is another version of MiniStack, or a name is missing.
    """
    registry.check_version()
    api.loop = loop
    services.install(api)
    resource_types.install(api, loop)
    buckets.install()
    upload_forms.install()
    tables.install()
    topics.install()
    service_metrics.install(api.service.fleet)
    alarms.install()
    finer_policies.install()
    leading_keys.install()
    policy_simulation.install()
    managed_policies.install()
    change_sets.install()
    cloudfront.install()
    cognito_sign_up.install()
    cognito_tokens.install()
    api_gateway.install()
    failed_integrations.install()
    payload_limits.install()
    functions.install(function_python)
    unpacked_archives.install()
    worker_queueing.install()
    root_signatures.install()
