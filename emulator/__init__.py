"""Stands in for AWS on this machine: MiniStack, plus the parts of Amazon SageMaker that MiniStack does not have.

`python -m emulator up` starts it. See docs/emulator.md for how to use it and for what it cannot show.
"""
