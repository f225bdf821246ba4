"""Entry point of `python -m training`; everything is in `training.commands.command_line`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    try:
        from training.commands.command_line import main
    except KeyboardInterrupt:
        sys.exit(130)  # so early, nothing has begun
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] in {"contract", "training"}:
            raise
        sys.exit(
            f"error: {missing.name} is not installed for {sys.executable}: run 'make setup' and then"
            " 'source .venv/bin/activate', or install requirements.txt (docs/without-make.md)"
        )
    sys.exit(main())
