"""What several stacks are built from: functions and their bundles, log groups, private buckets, alarms, time budget.

Nothing here belongs to one stack alone. It imports `contract` and the settings, never the folder of a stack.
"""
