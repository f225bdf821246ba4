"""How a benchmark reports: a table for people and `benchmarks/results/NAME.json` for the record. Measures nothing.

Absolute times belong to the machine of the moment; the ratios, measured side by side in one run, are what counts.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"

Cell = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a benchmark found.

    Parameters
    ----------
    name
        of the benchmark and its file
    title
        what was compared, in words
    rows
        one per contestant: column name -> value, the same columns in each
    ratios
        the findings: name -> how many times better than the named peer
    packages
        whose versions matter, by their names on Linux
    notes
        what a reader must know to judge
    """

    name: str
    title: str
    rows: Sequence[Mapping[str, Cell]]
    ratios: Mapping[str, float]
    packages: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def publish(self, folder: Path = RESULTS) -> Path:
        """Print the table and write the file; returns its path."""
        console = Console()
        console.print(self._table())
        for name, ratio in self.ratios.items():
            console.print(f"{name}: {ratio:.2f}x", highlight=False)
        for note in self.notes:
            console.print(note, style="dim", highlight=False)
        path = folder / f"{self.name}.json"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._document(), indent=2, sort_keys=True) + "\n")
        console.print(f"wrote {path}", style="green", highlight=False)
        return path

    def _table(self) -> Table:
        table = Table(title=self.title, title_justify="left")
        for heading in self.rows[0]:
            table.add_column(heading, justify="left" if heading == next(iter(self.rows[0])) else "right")
        for row in self.rows:
            table.add_row(*(_shown(value) for value in row.values()))
        return table

    def _document(self) -> dict[str, object]:
        return {
            "title": self.title,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "platform": platform.platform(terse=True),
                "python": platform.python_version(),
                "processors": os.cpu_count(),
                "load_average": [round(value, 2) for value in os.getloadavg()],
            },
            "versions": dict(map(installed, self.packages)),
            "rows": [dict(row) for row in self.rows],
            "ratios": {name: round(ratio, 3) for name, ratio in self.ratios.items()},
            "notes": list(self.notes),
        }


def installed(name: str) -> tuple[str, str]:
    """Name and version of a package that is here; what Linux calls `xgboost-cpu` is `xgboost` on macOS."""
    try:
        return name, version(name)
    except PackageNotFoundError:
        other = name.removesuffix("-cpu")
        return other, version(other)


def _shown(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value
