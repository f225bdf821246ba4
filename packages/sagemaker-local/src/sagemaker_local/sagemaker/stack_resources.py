"""Every AWS::SageMaker type that CloudFormation in the emulator knows, with what handles it."""

from __future__ import annotations

from sagemaker_local.sagemaker.cloudformation import ResourceHandlers, ResourceType
from sagemaker_local.sagemaker.hosting_resources import CONFIG_TYPE, ENDPOINT_TYPE, MODEL_TYPE, EndpointHandlers
from sagemaker_local.sagemaker.model_registry.cloudformation import GROUP_TYPE, GroupHandlers
from sagemaker_local.sagemaker.notebooks.cloudformation import (
    LIFECYCLE_CONFIG_TYPE,
    NOTEBOOK_TYPE,
    LifecycleConfigHandlers,
    NotebookHandlers,
)
from sagemaker_local.sagemaker.pipelines.cloudformation import PIPELINE_TYPE, PipelineHandlers

HANDLERS: dict[ResourceType, type[ResourceHandlers]] = {
    MODEL_TYPE: ResourceHandlers,
    CONFIG_TYPE: ResourceHandlers,
    ENDPOINT_TYPE: EndpointHandlers,
    GROUP_TYPE: GroupHandlers,
    LIFECYCLE_CONFIG_TYPE: LifecycleConfigHandlers,
    NOTEBOOK_TYPE: NotebookHandlers,
    PIPELINE_TYPE: PipelineHandlers,
}
