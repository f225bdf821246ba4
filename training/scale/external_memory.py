"""Train on one machine from more data than its memory: pages of bins in a cache on disk, read again for every tree.

`xgboost.ExtMemQuantileDMatrix` keeps the pages; here they are made, so large that the process keeps to its budget.
With several pages the quantiles are merged from each page's sketch, so the bins, and with them the model, may differ a
little from those in memory; it is as good.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xgboost

from contract.digit import PIXELS
from training.common.errors import DataError, FitError, HyperparameterError
from training.common.files import remove_leftovers
from training.data.data_folder import CHANNELS
from training.data.part_reading import Rows, describe_part, list_parts, part_pieces
from training.model.fitting import FitResult, boost, require_digits_model
from training.model.hyperparameters import Hyperparameters
from training.model.watching import Round
from training.scale.memory import MemoryPlan, megabytes, plan_memory, resident_bytes
from training.scale.part_problems import reason_of
from training.scale.part_source import PartRead, PartSource

_CACHE_BYTES_A_ROW = 2 * PIXELS + 64
_CACHE_NAME = "external-memory"
_PIECE_ROWS = 500
"""Rows that pyarrow decodes at a time: what it holds of them it gives back late."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """The parts of both channels, and the rows of the largest row group in them."""

    parts: tuple[PartRead, ...]
    group_rows: int

    @property
    def rows(self) -> int:
        """Rows of both channels."""
        return sum(part.rows for part in self.parts)

    def locations(self, channel: str) -> list[str]:
        """Where the parts of a channel lie, in order."""
        return [part.location for part in self.parts if part.channel == channel]


class PartPages(xgboost.DataIter):
    """XGBoost's iterator over the rows of some parts, a page at a time; it is walked through several times."""

    def __init__(
        self, source: PartSource, locations: Sequence[str], *, page_rows: int, cache_prefix: str | None
    ) -> None:
        self._source = source
        self._locations = locations
        self._page_rows = page_rows
        self._pages = self._walk()
        super().__init__(cache_prefix=cache_prefix, release_data=True)

    def reset(self) -> None:
        """Begin again."""
        self._pages = self._walk()

    def next(self, input_data: Callable[..., None]) -> bool:
        """Hand over the next page; False after the last."""
        page = next(self._pages, None)
        if page is None:
            return False
        input_data(data=page[0], label=page[1])
        return True

    def _walk(self) -> Iterator[tuple[Rows, Rows]]:
        """Pages as large as they may be, whatever the sizes of the parts: small pages are slow."""
        images, labels, filled = self._empty_page()
        for piece, piece_labels in self._pieces():
            done = 0
            while done < len(piece_labels):
                count = min(len(piece_labels) - done, self._page_rows - filled)
                images[filled : filled + count] = piece[done : done + count]
                labels[filled : filled + count] = piece_labels[done : done + count]
                done, filled = done + count, filled + count
                if filled == self._page_rows:
                    yield images, labels
                    images, labels, filled = self._empty_page()
        if filled:
            yield images[:filled], labels[:filled]

    def _empty_page(self) -> tuple[Rows, Rows, int]:
        """Room for a page; always new room, since XGBoost knows pages by their address."""
        return np.empty((self._page_rows, PIXELS), np.uint8), np.empty(self._page_rows, np.uint8), 0

    def _pieces(self) -> Iterator[tuple[Rows, Rows]]:
        for location in self._locations:
            try:
                yield from part_pieces(location, self._source.endpoint_url, self._source.region, _PIECE_ROWS)
            except (OSError, ValueError) as problem:
                raise _unreadable(location, problem) from None


def _unreadable(location: str, problem: Exception) -> DataError:
    reason, remedy = reason_of(problem)
    what_to_do = remedy or "write it again with prepare, or correct --channels"
    return DataError(f"the part {location} cannot be read: {reason}; {what_to_do}")


def take_inventory(source: PartSource, *, on_step: Callable[[str], None] = lambda _step: None) -> Inventory:
    """Look at every part without loading it.

    Raises
    ------
    DataError
        when a folder has no parts or a part cannot be read
    """
    found: list[PartRead] = []
    largest = 0
    for channel in CHANNELS:
        folder = source.folders[channel]
        try:
            locations = list_parts(folder, source.endpoint_url, source.region)
        except FileNotFoundError:
            locations = []
        except OSError as problem:
            raise _unreadable(folder, problem) from None
        if not locations:
            raise DataError(
                f"there are no parquet parts in {folder}; run: python -m training prepare, for a bucket then:"
                " python -m training publish --channels --format parquet"
            )
        for number, location in enumerate(locations, start=1):
            on_step(f"looking at {channel}, part {number} of {len(locations)}")
            try:
                rows, group_rows, sha256 = describe_part(location, source.endpoint_url, source.region)
            except (OSError, ValueError) as problem:
                raise _unreadable(location, problem) from None
            found.append(PartRead(channel=channel, location=location, rows=rows, sha256=sha256))
            largest = max(largest, group_rows)
    return Inventory(parts=tuple(found), group_rows=largest)


def fit_from_disk(
    source: PartSource,
    hyperparameters: Hyperparameters,
    *,
    budget: int,
    cache: Path,
    on_step: Callable[[str], None] = lambda _step: None,
    on_round: Callable[[Round], None] = lambda _round: None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> tuple[FitResult, tuple[PartRead, ...], MemoryPlan]:
    """Train until the rounds are done, validation no longer improves, or a stop is requested.

    Parameters
    ----------
    source
        where the parts lie
    hyperparameters
        as for data in memory; `tree_method` must be `hist`
    budget
        bytes that the whole process may have
    cache
        folder on a fast disk, in which a folder is made and removed again
    on_step
        called with a description of each step before the first round
    on_round
        called after every round
    stop_requested
        asked after every round; True ends the training and keeps what there is

    Raises
    ------
    DataError
        when a part cannot be read
    HyperparameterError
        when they do not fit this model or pages on disk
    FitError
        when the budget or the disk is too small, or the library refuses
    """
    require_digits_model(hyperparameters)
    if hyperparameters.get("tree_method") not in (None, "auto", "hist"):
        method = hyperparameters.get("tree_method")
        raise HyperparameterError(f"hyperparameter tree_method: {method} does not work from pages on disk; use hist")
    inventory = take_inventory(source, on_step=on_step)
    plan = plan_memory(budget, resident=resident_bytes(), rows=inventory.rows, group_rows=inventory.group_rows)
    with _cache_folder(cache, rows=inventory.rows) as folder:

        def matrices() -> tuple[xgboost.DMatrix, xgboost.DMatrix]:
            on_step(f"binning {inventory.rows:,} rows in pages of {plan.page_rows:,}")
            pages = [
                PartPages(source, inventory.locations(name), page_rows=plan.page_rows, cache_prefix=str(folder / name))
                for name in CHANNELS
            ]
            bins = hyperparameters.whole("max_bin") or 256
            train = xgboost.ExtMemQuantileDMatrix(pages[0], missing=np.nan, max_bin=bins)
            return train, xgboost.ExtMemQuantileDMatrix(pages[1], missing=np.nan, max_bin=bins, ref=train)

        result = boost(matrices, hyperparameters, on_round=on_round, stop_requested=stop_requested)
    return result, inventory.parts, plan


@contextmanager
def _cache_folder(parent: Path, *, rows: int) -> Iterator[Path]:
    """An empty folder for the pages, removed in the end; one that a killed run left is removed first."""
    parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(parent, _CACHE_NAME)
    needed, free = rows * _CACHE_BYTES_A_ROW, shutil.disk_usage(parent).free
    if needed > free:
        raise FitError(
            f"the pages of {rows:,} rows take {megabytes(needed)} in {parent}, {megabytes(free)} are free there;"
            " free some space or choose another folder with --build"
        )
    folder = parent / f".{_CACHE_NAME}.{os.getpid()}.tmp"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
