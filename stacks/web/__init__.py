"""Where the page is: a private bucket and a distribution. What is published there is the work of `tools.site`.

Imports `stacks.shared` and the settings.
"""
