"""The pipeline on SageMaker: the program of its steps, its executions, and the registry of what it made.

`steps` runs inside the built-in image and imports only what that has; see its docstring. Only the modules named
`aws_...` call AWS. Imports `training.common`, `training.data`, `training.model` and `training.aws`.
"""
