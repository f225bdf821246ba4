"""What a person looks at, and what alerts a person: the dashboard, the alarms, and their topic.

The last stack: it may import every other one, and none imports it.
"""
