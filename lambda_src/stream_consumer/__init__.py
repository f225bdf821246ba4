"""The function that stores the labelled digits of the stream as Parquet parts in which each digit counts exactly once.

It holds the handling of a batch (`consumer`), the format of parts, and the adapters for S3 and SQS. Imports `contract`
and the kits, never another function. It trains nothing and merges nothing: `training.stream` does.
"""
