"""Programs that drive the other parts: Node, the CDK CLI, the demonstration, the diff of a pull request.

They start the parts as programs, in order, and hold nothing that a part needs itself. They import `stacks`, `training`
and `contract`; no part imports them.
"""
