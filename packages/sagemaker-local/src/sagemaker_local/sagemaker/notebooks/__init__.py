"""Notebook instances and their lifecycle configurations: states and rules only, nothing to open and no script run.

`notebooks` knows the rules and touches nothing; `operations` answers requests.
"""
