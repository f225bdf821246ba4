"""Names of the operations of SageMaker's APIs that are not emulated, so that a refusal can name them.

Seven APIs are signed as `sagemaker`; all but the control plane are REST, and a request says which operation it is by
its method and path alone. The paths come from botocore's descriptions.
"""

from __future__ import annotations

import functools
import re

from sagemaker_local.sagemaker.errors import ServiceError
from sagemaker_local.sagemaker.shapes import service_model

_REST_APIS = (
    "sagemaker-runtime",
    "sagemaker-metrics",
    "sagemaker-featurestore-runtime",
    "sagemaker-a2i-runtime",
    "sagemaker-edge",
)


def refusal(method: str, path: str) -> ServiceError:
    """The answer to a request without `X-Amz-Target`, which is none for the control plane.

    Parameters
    ----------
    method, path
        Of the request.
    """
    name = next((label for verb, pattern, label in _operations() if verb == method and pattern.fullmatch(path)), None)
    what = name or f"an operation {method} {path} of SageMaker"
    return ServiceError("UnknownOperationException", f"This emulator does not have {what}; see its documentation.")


@functools.cache
def _operations() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of every operation of the REST APIs; the first call reads their descriptions."""
    found = []
    for api in _REST_APIS:
        model = service_model(api)
        for name in model.operation_names:
            http = model.operation_model(name).http
            path = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(http["requestUri"].partition("?")[0]))
            found.append((http["method"], re.compile(path + "/?"), f"{name} of {api}"))
    return found
