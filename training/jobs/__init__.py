"""Training jobs of SageMaker: what is asked for, whether it would be refused, how it goes, what comes out of it.

`spec` says what a job is, `request` turns it into the request that both backends send, `preflight` looks for reasons to
refuse it before money is spent, `following` watches it, `results` makes a model of this project out of its output.
Only the modules named `aws_...` and `sdk_backend` talk to AWS; the others know the protocols of `services`.
"""
