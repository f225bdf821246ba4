"""How many distorted copies of its training images a data set may have; here, because options name it before numpy."""

COPIES_MAX = 20
