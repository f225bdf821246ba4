"""The kit of upload jobs: what a job is, how it ends, its problems, and the table that holds it.

It holds what both the function that creates jobs and the function that ends them need; everything else of an upload
belongs to one of the two. Imports `gateway`. Only `jobs_table` uses the AWS SDK.
"""
