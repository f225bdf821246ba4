"""What changes with every model: the check of its artifact, and the endpoint that serves it.

Imports `stacks.shared` and the settings; the stacks of functions are given its `ModelEndpoint`.
"""
