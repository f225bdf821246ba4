"""What changes with the code: the functions behind the HTTP API, and a REST API for each kind of caller.

Imports `stacks.shared`, `stacks.inference`, `stacks.upload` and the settings.
"""
