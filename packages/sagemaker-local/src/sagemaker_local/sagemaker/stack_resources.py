"""Every AWS::SageMaker type that CloudFormation in the emulator knows, with what handles it."""

from __future__ import annotations

from sagemaker_local.sagemaker.cloudformation import TYPES, ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.model_registry.cloudformation import GROUP_TYPE, GroupHandlers
from sagemaker_local.sagemaker.notebooks.cloudformation import (
    LIFECYCLE_CONFIG_TYPE,
    NOTEBOOK_TYPE,
    LifecycleConfigHandlers,
    NotebookHandlers,
)
from sagemaker_local.sagemaker.pipelines.cloudformation import PIPELINE_TYPE, PipelineHandlers

HANDLERS: dict[ResourceType, type[ResourceHandlers]] = {
    **dict.fromkeys(TYPES, ResourceHandlers),
    GROUP_TYPE: GroupHandlers,
    LIFECYCLE_CONFIG_TYPE: LifecycleConfigHandlers,
    NOTEBOOK_TYPE: NotebookHandlers,
    PIPELINE_TYPE: PipelineHandlers,
}
