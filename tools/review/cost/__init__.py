"""What templates cost in a month: a dated table of prices, quantities by resource, and what load they bear.

It knows templates and the table, nothing of this project's stacks. It may import `tools.review` and no more.
"""
