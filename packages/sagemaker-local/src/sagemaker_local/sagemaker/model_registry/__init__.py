"""The model registry: model package groups, and the versions in them.

`registry` knows the rules and touches nothing; `operations` answers requests.
"""
