"""Entry point of `python -m sagemaker_local`, the same as the command `sagemaker-local`."""

from __future__ import annotations

import sys

from sagemaker_local.daemon.command_line import main

sys.exit(main())
