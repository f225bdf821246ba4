"""The command line: one file for each command: its options as a dataclass, a library function, a few lines of output.

Commands import no other command; what several need is a module of its own here. Nothing else imports this folder.
"""
