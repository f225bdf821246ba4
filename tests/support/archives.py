"""Archives for tests."""

from __future__ import annotations

import io
import tarfile


def archive(members: dict[str, bytes]) -> bytes:
    """A tar.gz of those files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
