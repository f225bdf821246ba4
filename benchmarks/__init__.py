"""Measured ratios against named peers, side by side: `python -m benchmarks.NAME`. Nothing here is asserted.

It imports any part of the application, and no part imports it; the emulator is started as a program.
"""
