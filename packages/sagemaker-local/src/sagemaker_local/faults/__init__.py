"""Fault injection for emulated services."""
