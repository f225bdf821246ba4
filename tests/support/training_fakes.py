"""A store in memory for the tests of publishing; it keeps the promises of `training.aws.publication.ObjectStore`."""

from __future__ import annotations

import hashlib


class MemoryStore:
    """A bucket that is a dictionary. `race` puts other content under the key just before the first upload."""

    name = "s3://memory"

    def __init__(self, *, race: bytes | None = None) -> None:
        self.objects: dict[str, bytes] = {}
        self.uploads = 0
        self._race = race

    def sha256_of(self, key: str) -> str | None:
        """The SHA-256 of an object, or None."""
        return hashlib.sha256(self.objects[key]).hexdigest() if key in self.objects else None

    def content_of(self, key: str) -> bytes | None:
        """An object, or None."""
        return self.objects.get(key)

    def put_new(self, key: str, content: bytes, *, sha256: str, content_type: str) -> bool:
        """Store an object unless it is there."""
        assert hashlib.sha256(content).hexdigest() == sha256
        assert content_type
        if self._race is not None:
            self.objects[key], self._race = self._race, None
        if key in self.objects:
            return False
        self.objects[key] = content
        self.uploads += 1
        return True
