"""Send a function or an object of this project to a worker that has not got the project. Knows nothing of training.

Pickle sends names, and a worker would have to import them. Wrapped here, the code of the module itself is sent
(https://github.com/cloudpipe/cloudpickle#overriding-pickles-serialization-mechanism-for-importable-constructs), so
what is sent may import only what the workers have. Python's minor version must be the same there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


class ByValue:
    """Something that becomes itself again where it is unpickled; calling it here calls it."""

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def __call__(self, *arguments: Any) -> Any:
        """What the wrapped function returns."""
        return self._wrapped(*arguments)

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        import cloudpickle  # type: ignore[import-untyped]  # comes with dask

        home = getattr(self._wrapped, "__module__", None) or type(self._wrapped).__module__
        module = sys.modules[home]
        cloudpickle.register_pickle_by_value(module)
        try:
            return cloudpickle.loads, (cloudpickle.dumps(self._wrapped),)
        finally:
            cloudpickle.unregister_pickle_by_value(module)
