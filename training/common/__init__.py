"""What every stage needs and no stage is: errors, files that are never half-written, the folders of the build.

Knows nothing of digits, models or AWS, and imports nothing else of this package.
"""
