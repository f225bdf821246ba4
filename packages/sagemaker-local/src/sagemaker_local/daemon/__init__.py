"""The program that runs: the command line, starting and stopping the daemon, and the daemon itself.

It puts the other parts together and may import all of them; none of them imports it.
"""
