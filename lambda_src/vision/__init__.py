"""The kit that reads pictures: from the bytes of a file to digits in reading order. Pure; no AWS, no events, no jobs.

Imports `contract`, `gateway` and `likeness`.
"""
