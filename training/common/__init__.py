"""What every stage needs: errors, options, files that are never half-written, the paths of the build folder.

Knows nothing of digits, models, AWS or the command line, and imports nothing else of this package.
"""
