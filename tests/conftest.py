"""How many examples property tests try: some in `make check`, many in `make exhaustive`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("exhaustive", max_examples=1000, deadline=None)
settings.load_profile("quick")
