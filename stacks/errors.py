"""The one exception for input that a template cannot be made of. It is no bug of the program: the text is for a person."""

from __future__ import annotations


class ConfigurationError(ValueError):
    """A setting, the manifest or a file that the stacks read has a value that cannot be used.

    The text says what is wrong, the value got, what is allowed and what to do.
    """
