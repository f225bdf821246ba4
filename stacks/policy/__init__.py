"""The policy rules of every synthesis, and the findings that are accepted, each with a reason.

Imports `contract` and the settings, never the folder of a stack.
"""
