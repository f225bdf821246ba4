"""The kit of upload jobs: what a job is, who may ask for it, how it ended, and the table that holds it.

Shared by the function that hands out uploads and the one that reads them. Imports `gateway` for problems.
"""
