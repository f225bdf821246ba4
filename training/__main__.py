"""Entry point of `python -m training`; everything is in `training.commands.command_line`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from training.commands.command_line import main
    except KeyboardInterrupt:
        sys.exit(130)  # so early, nothing has begun
    sys.exit(main())
