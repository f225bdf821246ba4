"""The parts that stacks are built from, one idea of the domain in each file."""
