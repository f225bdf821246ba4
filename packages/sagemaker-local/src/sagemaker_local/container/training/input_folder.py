"""Gathers the files of a channel into one flat folder of links, which is what XGBoost's readers take.

The container does the same in `/tmp/sagemaker_xgboost_input_data`; several hosts run on one machine here, so each
has such a folder of its own, shown under that name. Links are named so that their order is that of the paths: the
container's names end in a number that differs in each process, and with it the order of the rows.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

SHOWN_AS = "/tmp/sagemaker_xgboost_input_data"  # noqa: S108 - the container's name of it, shown and never opened
_DEPTH = 3
_PLAIN = re.compile(r"[^\w.\-]")  # the rest has a meaning in the addresses that XGBoost's readers take

_LOG = logging.getLogger(__name__)


class InputFolder:
    """A folder of links to data.

    Parameters
    ----------
    path
        Where it is; made when it is filled.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def shown(self, text: str) -> str:
        """A text with this folder named as in the container."""
        return text.replace(str(self.path), SHOWN_AS)

    def fill(self, sources: Sequence[Path]) -> Path:
        """Replace what is in it by links to every file of the sources, at most three folders deep.

        Parameters
        ----------
        sources
            Folders of channels.

        Returns
        -------
        pathlib.Path
            The folder of the links.
        """
        many = len(sources) > 1
        _LOG.info("File path %s of input files", [str(source) for source in sources] if many else sources[0])
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        for source in sources:
            self._link_all(source)
        return self.path

    def _link_all(self, source: Path) -> None:
        for path in _files(source, self.path, 1):
            self._link(path)
        if any(_folders_below(source)):
            _LOG.warning(
                "The depth of folder %s exceed the limit %d. Files in deeper sub dirs won't be loaded. "
                "Please adjust the folder structure accordingly.",
                source,
                _DEPTH,
            )

    def _link(self, path: Path) -> None:
        number = int.from_bytes(hashlib.sha256(str(path).encode()).digest()[:7], "big")
        link = self.path / f"{_PLAIN.sub('_', path.name)}{number}"
        _LOG.info("creating symlink between Path %s and destination %s", path, link)
        link.symlink_to(path)


def _files(folder: Path, links: Path, depth: int) -> Iterator[Path]:
    """The files of a folder, then those of its folders. The container stops at the first folder that is too deep."""
    _LOG.info("Making smlinks from folder %s to folder %s", folder, links)
    children = sorted(folder.iterdir())
    yield from (path for path in children if path.is_file())
    if depth < _DEPTH:
        for path in children:
            if path.is_dir():
                yield from _files(path, links, depth + 1)


def _folders_below(source: Path) -> Iterator[Path]:
    """Folders that are too deep."""
    return (path for path in source.glob("/".join("*" * _DEPTH)) if path.is_dir())
