"""Every AWS::SageMaker type that CloudFormation in the emulator knows, with what handles it."""

from __future__ import annotations

from emulator.sagemaker.cloudformation import TYPES, ResourceHandlers, ResourceType
from emulator.sagemaker.model_registry.cloudformation import GROUP_TYPE, GroupHandlers
from emulator.sagemaker.notebooks.cloudformation import (
    LIFECYCLE_CONFIG_TYPE,
    NOTEBOOK_TYPE,
    LifecycleConfigHandlers,
    NotebookHandlers,
)
from emulator.sagemaker.pipelines.cloudformation import PIPELINE_TYPE, PipelineHandlers

HANDLERS: dict[ResourceType, type[ResourceHandlers]] = {
    **dict.fromkeys(TYPES, ResourceHandlers),
    GROUP_TYPE: GroupHandlers,
    LIFECYCLE_CONFIG_TYPE: LifecycleConfigHandlers,
    NOTEBOOK_TYPE: NotebookHandlers,
    PIPELINE_TYPE: PipelineHandlers,
}
