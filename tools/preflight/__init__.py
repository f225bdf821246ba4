"""Checks of an account before a deployment: `python -m tools.preflight ENVIRONMENT`.

It asks and changes nothing. What an environment needs is read from its settings and templates (`needs`), what the
account has is asked from AWS (`identity`, `quotas`, `functions`, `resources`, `gateway`, `model`), and each answer is a
`Check`.
"""
