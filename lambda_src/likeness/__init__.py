"""The kit that tells whether what was read as a digit looks like one: letters, signs and scribble do not.

It knows the digits that training is given, and no model. Imports `contract`.
"""
