"""The notebook instance, its network, its role, and the files it starts with.

Imports `stacks.shared`, `stacks.inference`, `stacks.api` and the settings.
"""
