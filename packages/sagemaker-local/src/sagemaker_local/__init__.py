"""Stands in for AWS on this machine: MiniStack, plus the parts of Amazon SageMaker that MiniStack does not have.

`sagemaker-local up` starts it. See docs/emulator.md of the package for how to use it and for what it cannot show.
"""
