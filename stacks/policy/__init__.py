"""The policy rules of every synthesis, and the findings that are accepted, each with a reason. Imports the settings."""
