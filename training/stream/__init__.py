"""Labelled digits that arrive through a Kinesis stream: sending them, and merging what arrived into the data."""
