"""The one exception for input that no template can be made of. It is not a bug: the text is a message for the user."""

from __future__ import annotations

from contract.errors import ContractError


class ConfigurationError(ContractError):
    """A setting, the manifest or a file that the stacks read has a value that cannot be used.

    The text says what is wrong, the value got, what is allowed and what to do.
    """
