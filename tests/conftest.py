"""The shell that tests run in, and how many examples property tests try: some in `make check`, many in `exhaustive`."""

from __future__ import annotations

import os

from hypothesis import settings

from tools.process_environment import adopt, for_tests

# Before any test or helper makes a client or starts a program, in every process that runs tests.
adopt(for_tests(os.environ))

settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("exhaustive", max_examples=1000, deadline=None)
settings.load_profile("quick")
