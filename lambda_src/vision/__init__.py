"""The kit that reads pictures: safe decoding, ink and paper, strokes, digits in reading order, MNIST's form.

Pure. Imports `gateway` for problems and limits. It imports no function.
"""
