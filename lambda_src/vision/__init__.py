"""The kit that reads pictures: safe decoding, ink and paper, strokes, digits in reading order, MNIST's form.

It holds what makes pixels of a digit out of a file, with its limits and problems: no AWS, no events, no jobs. Pure.
Imports `contract` and `gateway`.
"""
