"""Pictures as PNG bytes: digits, histograms, confusion, predictions, searches. Writes no files.

Imports the stages whose values it draws; only the commands and notebooks import it.
"""
