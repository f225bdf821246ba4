"""What models are made with on SageMaker: the role of jobs, the pipeline, the registry, and what starts the pipeline.

Imports `stacks.shared` and the settings. The code of the pipeline's steps is read as files; nothing of `training` runs.
"""
