"""How big images come in: a bucket to upload to, the worker that reads what arrives, and the channels it publishes on.

Imports `stacks.shared`, `stacks.inference` and the settings.
"""
