"""Entry point of `python -m training`; everything is in `training.command_line`."""

from __future__ import annotations

import sys

from training.command_line import main

if __name__ == "__main__":
    sys.exit(main())
