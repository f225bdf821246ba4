"""What makes the model: `python -m training COMMAND`. It imports `contract` only.

The stages are small and meet on disk below `build/`: prepare, look, fit, evaluate, package, publish, promote.
Each stage is a pure function on frozen dataclasses in its own module, with a thin command in `training.commands`.
The only thing that leaves this package for the others is the manifest `models/current.json`.
"""
