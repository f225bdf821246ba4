"""The acceptance run: stories that must hold in what is deployed, on AWS as in the emulator.

A story knows the outputs of the stacks and the public interfaces of AWS, and nothing of the emulator. It may import the
other modules of `tools`, the settings of the stacks, and the data of `training`; the end-to-end tests play the same
stories. `python -m tools.accept ENVIRONMENT` is the command line.
"""
