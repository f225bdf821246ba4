"""Labelled digits that arrive through a Kinesis stream: sending them, merging what arrived, and the dead letters.

Only `kinesis`, `dead_letter_queue`, `description` and `part_locations` call AWS. Imports `training.common`,
`training.data`, `training.model` and `training.aws`.
"""
