"""The review of changes of infrastructure: a class and a sentence for each change, access, cost and model.

Works on the templates of any CDK application. It may not import the stacks, the functions or the training; the
command `tools.diff` synthesises and hands over folders of templates.
"""
