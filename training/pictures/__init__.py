"""Pictures as PNG bytes: digits, histograms, confusion, predictions, searches. Writes no files.

Imports the stages whose values it draws; the commands import it.
"""
