"""Two roles for each environment that workflows of one repository on GitHub take, and nothing that is deployed often.

An administrator deploys this stack once, by itself (`make github`); it is no part of the application in `app.py`.
Imports `stacks.shared` and the settings.
"""
