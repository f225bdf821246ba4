"""What is raised for a value that breaks the contract. It is not a bug: the text is a message for the user."""

from __future__ import annotations


class ContractError(ValueError):
    """A document or a value is not as the parts have agreed; the text names it and says what is expected."""
