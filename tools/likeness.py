"""Measure what the digits of each class look like: `python -m tools.likeness`, which writes `likeness/table.py`.

To be run again where the training data or the canonical form changes, and before `tools.calibrate`.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FUNCTIONS = Path(__file__).resolve().parents[1] / "lambda_src"
if str(FUNCTIONS) not in sys.path:
    sys.path.append(str(FUNCTIONS))

from contract.digit import CLASSES  # noqa: E402 after the line above
from likeness.distance import SPREAD, Floats, edges  # noqa: E402
from training.common.errors import TrainingError  # noqa: E402
from training.common.files import write_file  # noqa: E402
from training.common.paths import BuildPaths  # noqa: E402
from training.common.terminal import prepare_terminal  # noqa: E402
from training.data.data_folder import read_source_split  # noqa: E402
from training.data.dataset import Split, require_images  # noqa: E402

TABLE = FUNCTIONS / "likeness/table.py"
ROWS_AT_A_TIME = 2000
LINE = 112
HEADER = (
    '"""What the digits of each class look like, written by `python -m tools.likeness`: see `likeness.distance`."""'
)


@dataclass(frozen=True)
class Shapes:
    """Means, shape (10, 100), and spreads, shape (10, 8, 100), of the classes, and the variance beside the spreads.

    That variance is one for all classes: the 1s of MNIST differ so little that a 1 with a foot would be no digit.
    """

    means: Floats
    spreads: Floats
    rest: float


def measure(split: Split) -> Shapes:
    """Measure the digits of a split: mean, main directions of their variance, and what variance is left."""
    starts = range(0, len(split), ROWS_AT_A_TIME)
    found = np.concatenate([edges(split.images[start : start + ROWS_AT_A_TIME]) for start in starts])
    own = [found[split.labels == digit].astype(np.float64) for digit in range(CLASSES)]
    parts = [np.linalg.eigh(np.cov(each.T)) for each in own]
    rest = float(np.mean([values[:-SPREAD].mean() for values, _ in parts]))
    spreads = [
        (directions[:, -SPREAD:] * np.sqrt((1 - rest / values[-SPREAD:]).clip(0))).T for values, directions in parts
    ]
    return Shapes(
        means=np.array([each.mean(axis=0) for each in own], np.float32),
        spreads=np.array(spreads, np.float32),
        rest=float(f"{rest:.4g}"),
    )


def source(shapes: Shapes) -> str:
    """Give the table as a module of Python: eight bits a number, in base 85."""
    return f"{HEADER}\n\nREST = {shapes.rest}\n" + "".join(
        f"\n{name}_UNIT = {unit:.6g}\n{name}S = (\n{lines}\n)\n"
        for name, (unit, lines) in (("MEAN", _coded(shapes.means)), ("SPREAD", _coded(shapes.spreads)))
    )


def _coded(values: NDArray[np.float32]) -> tuple[float, str]:
    unit = float(abs(values).max()) / 127
    text = base64.b85encode(np.round(values / unit).astype(np.int8).tobytes()).decode("ascii")
    return unit, "\n".join(f'    "{line}"' for line in textwrap.wrap(text, LINE, break_on_hyphens=False))


def main(arguments: list[str] | None = None) -> int:
    """Measure the training split of a build folder and write the table; returns 0, or 2 if there is no data."""
    prepare_terminal()
    parser = argparse.ArgumentParser(prog="python -m tools.likeness", description=__doc__.partition(":")[0])
    parser.add_argument(
        "--build",
        type=Path,
        default=Path(os.environ.get("DIGITS_BUILD") or BuildPaths().build),
        help="folder of data (default: that of DIGITS_BUILD, or build)",
    )
    options = parser.parse_args(arguments)
    try:
        require_images("likeness")
        split = read_source_split(options.build / "data", "train")
        write_file(TABLE, source(measure(split)).encode())
    except (TrainingError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {TABLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
