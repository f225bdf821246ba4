"""Training jobs of SageMaker: what is requested, whether it would be refused, its progress and its results.

`options` are what a person may choose, `spec` is a job, `request` makes the request that both backends send,
`preflight` checks it before it costs money, `following` follows it, `results` makes a model of this project out of its
output. Only the modules named `aws_...` and `sdk_backend` call AWS; the others know the protocols of
`services`. Imports `training.common`, `training.data`, `training.model` and `training.aws`.
"""
