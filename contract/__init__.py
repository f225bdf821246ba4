"""What the parts agree on, each thing written once.

The manifest of a model and the part of it that is public, the table of XGBoost images, the layout of the buckets, the
shape of a digit, the stream's records and parts, the names of JSON documents, the one reader of JSON for all, the
canonical form of a digit, and how a program ends on Ctrl-C. Standard library only but for `canonical`, which is numpy,
and which is imported only by whoever has images; Python 3.10 and newer (notebook instances run it), and no import of
any other part. `stacks`, `training`, the functions and `tools` import it; functions, the pipeline's program and the
notebook's archive carry it.
"""
