"""Wait until what was sent has arrived: until new manifests list every id. Knows no AWS, only a source."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from training.stream.parts import PartSource, manifest_keys, read_part_manifest

POLL_SECONDS = 1.0


class ArrivalWatch:
    """Looks at the manifests that were not there when it was made.

    Parameters
    ----------
    source
        where the parts are
    """

    def __init__(self, source: PartSource) -> None:
        self._source = source
        self._seen = set(manifest_keys(source))

    def wait(
        self,
        ids: Collection[str],
        *,
        timeout_seconds: float,
        on_arrived: Callable[[int], None] = lambda _count: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> set[str]:
        """Wait until all ids have arrived; returns those that have not in that time.

        Parameters
        ----------
        ids
            what was sent
        timeout_seconds
            how long to wait at most
        on_arrived
            called with the number that has arrived, after every poll
        sleep
            replaced by tests
        """
        missing = set(ids)
        for _ in range(max(1, round(timeout_seconds / POLL_SECONDS))):
            missing -= self._arrived()
            on_arrived(len(ids) - len(missing))
            if not missing:
                break
            sleep(POLL_SECONDS)
        return missing

    def _arrived(self) -> set[str]:
        new = [key for key in manifest_keys(self._source) if key not in self._seen]
        self._seen.update(new)
        return {record_id for key in new for record_id in read_part_manifest(self._source, key).ids}
