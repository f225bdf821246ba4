"""The control plane's operations, by name: each takes a checked request and gives the answer of the service.

One table, `OPERATIONS`, is the list of what is emulated; whatever is not in it answers `UnknownOperationException`.
"""

from __future__ import annotations

from sagemaker_local.sagemaker import hosting_operations
from sagemaker_local.sagemaker.jobs import processing_operations, training_operations
from sagemaker_local.sagemaker.model_registry import operations as registry_operations
from sagemaker_local.sagemaker.notebooks import operations as notebook_operations
from sagemaker_local.sagemaker.pipelines import operations as pipeline_operations
from sagemaker_local.sagemaker.service import Operation
from sagemaker_local.sagemaker.tuning import operations as tuning_operations

OPERATIONS: dict[str, Operation] = {
    **hosting_operations.OPERATIONS,
    **training_operations.OPERATIONS,
    **processing_operations.OPERATIONS,
    **registry_operations.OPERATIONS,
    **notebook_operations.OPERATIONS,
    **pipeline_operations.OPERATIONS,
    **tuning_operations.OPERATIONS,
}
