"""The function that reads uploaded pictures: S3's events from a queue in, the one end of each job out.

It holds what is done with one upload (`worker`), the batch around it (`handler`), and the adapters for S3, SQS and
AppSync Events. Reading a picture, calling the model and the store of jobs are kits. Imports `contract` and the kits,
never another function.
"""
