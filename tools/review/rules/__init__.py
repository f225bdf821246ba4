"""Rules of single properties, a file for each field of AWS: each tells class and reason for a change of a property."""

from __future__ import annotations

from tools.review.change import PropertyRules, Rule

PROPERTIES: PropertyRules = {}
REMOVED: dict[str, Rule] = {}
ADDED: dict[str, Rule] = {}
REPLACED: dict[str, Rule] = {}
