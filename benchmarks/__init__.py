"""Measured ratios against named peers, side by side: `python -m benchmarks.NAME`. Nothing here is asserted."""
