"""Faults on demand: what an emulated service does wrong when a person or a test asks for it, and nothing by itself."""
