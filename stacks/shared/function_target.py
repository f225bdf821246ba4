"""Where Lambda functions run."""

from __future__ import annotations

from enum import Enum


class FunctionTarget(Enum):
    """Where Lambda functions run, and so which compiled packages are bundled with them."""

    LAMBDA = "lambda"
    EMULATOR = "emulator"
