"""The operations: the dashboard, the alarms, and the topic that they notify.

The last stack: it may import every other one, and none imports it.
"""
