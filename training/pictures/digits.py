"""Pictures as PNG bytes: digits with labels, class histogram, hardest digits, confusion matrix. Writes no files.

Drawn with matplotlib's Agg canvas, without pyplot, so nothing global is touched and no display is needed.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from contract.digit import CLASSES, PIXEL_MAX, SIDE
from contract.metrics import Metrics
from training.common.certainty import certainty
from training.data.dataset import Dataset, Split
from training.model.evaluation import Mistake
from training.pictures.style import ACCENT, INK, PAPER, SHADES, new_figure, png_of, write_title


def contact_sheet(split: Split, *, name: str, columns: int = 16, seed: int = 1) -> bytes:
    """A row for each digit with `columns` examples of it, picked at random for a seed; the labels stand at the left."""
    generator = np.random.default_rng(seed)
    figure = new_figure(width=0.62 * columns + 0.9, height=0.62 * CLASSES + 0.9)
    grid = figure.add_gridspec(CLASSES, 1, left=0.075, right=0.985, top=0.91, bottom=0.02, hspace=0.12)
    for label in range(CLASSES):
        rows = np.flatnonzero(split.labels == label)
        chosen = np.sort(generator.choice(rows, size=min(columns, len(rows)), replace=False))
        strip = np.zeros((columns, SIDE, SIDE), dtype=np.uint8)
        strip[: len(chosen)] = split.images[chosen].reshape(-1, SIDE, SIDE)
        axes = figure.add_subplot(grid[label])
        _draw_pixels(axes, np.hstack(list(strip)))
        axes.text(
            -0.02,
            0.5,
            str(label),
            transform=axes.transAxes,
            ha="right",
            va="center",
            size=20,
            color=ACCENT,
            weight="bold",
        )
    write_title(figure, f"{name}: {columns} of each digit, out of {len(split):,} images")
    return png_of(figure)


def class_histogram(dataset: Dataset) -> bytes:
    """Bars for the share of each digit in each split, with the count written on them."""
    figure = new_figure(width=11, height=4.6)
    axes = figure.add_axes((0.07, 0.12, 0.91, 0.72))
    for index, (name, split) in enumerate(dataset.splits().items()):
        counts = np.array(split.histogram())
        at = np.arange(CLASSES) + (index - 1) * 0.27
        axes.bar(at, counts / len(split) * 100, width=0.25, color=SHADES[index], label=f"{name} ({len(split):,})")
        for x, count in zip(at, counts, strict=True):
            axes.text(
                x,
                0.2,
                f"{count}",
                rotation=90,
                ha="center",
                va="bottom",
                size=7.5,
                color="white" if index < 2 else INK,
            )
    axes.axhline(
        100 / CLASSES, color=ACCENT, linewidth=1, linestyle=(0, (4, 3)), zorder=3, label=f"{100 / CLASSES:.0f} %"
    )
    axes.set_xticks(range(CLASSES))
    axes.set_xlim(-0.6, CLASSES - 0.4)
    axes.set_ylabel("share of the split, %", color=INK)
    axes.tick_params(colors=INK, length=0)
    axes.legend(frameon=False, ncols=4, loc="upper right", bbox_to_anchor=(1, 1.12), labelcolor=INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    write_title(figure, "images per digit")
    return png_of(figure)


def hardest_digits(split: Split, mistakes: list[Mistake]) -> bytes:
    """The images the model finds hardest: what they are, the predictions of the model, and how sure it is."""
    columns = 5
    rows = -(-len(mistakes) // columns)
    figure = new_figure(width=2.2 * columns, height=2.75 * rows + 0.7)
    grid = figure.add_gridspec(
        rows, columns, left=0.02, right=0.98, top=1 - 0.75 / (2.75 * rows + 0.7), bottom=0.1, hspace=0.5
    )
    for position, mistake in enumerate(mistakes):
        axes = figure.add_subplot(grid[position])
        _draw_pixels(axes, split.images[mistake.index].reshape(SIDE, SIDE))
        axes.set_title(f"true {mistake.label}", color=INK, size=12, weight="bold", pad=4)
        axes.set_xlabel(
            f"predicted {mistake.predicted}  ({certainty(mistake.predicted_probability)})\n"
            f"the true digit {certainty(mistake.probability)}\nimage {mistake.index}",
            color=ACCENT if mistake.predicted != mistake.label else INK,
            size=9,
            labelpad=5,
        )
    write_title(figure, f"the {len(mistakes)} test images hardest for the model")
    return png_of(figure)


def confusion_picture(metrics: Metrics) -> bytes:
    """The confusion matrix: mistakes coloured by how frequent they are, right answers written in plain."""
    counts = np.array(metrics.confusion)
    mistakes = np.where(np.eye(CLASSES, dtype=bool), 0, counts)
    figure = new_figure(width=7.4, height=7.4)
    axes = figure.add_axes((0.1, 0.08, 0.86, 0.8))
    most = max(1, int(mistakes.max()))
    axes.imshow(mistakes, cmap="OrRd", vmin=0, vmax=most * 2)  # dark text stays readable on all of it
    for (row, column), count in np.ndenumerate(counts):
        right = row == column
        axes.text(column, row, f"{count:,}" if count else "·", ha="center", va="center", size=11 if right else 10,
                  weight="bold" if right else "normal", color=INK if count else "#8a857c")  # fmt: skip
    axes.set_xticks(range(CLASSES))
    axes.set_yticks(range(CLASSES))
    axes.set_xticks(np.arange(-0.5, CLASSES), minor=True)
    axes.set_yticks(np.arange(-0.5, CLASSES), minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=2)
    axes.tick_params(which="both", length=0, colors=INK, labelsize=12)
    axes.set_xlabel("predicted (darker: more frequent error)", color=INK, size=11)
    axes.set_ylabel("true", color=INK, size=11)
    for spine in axes.spines.values():
        spine.set_visible(False)
    write_title(
        figure,
        f"{metrics.accuracy:.2%} of {metrics.count:,} {metrics.split} images right, log-loss {metrics.log_loss:.4f}",
    )
    return png_of(figure)


def _draw_pixels(axes: Axes, pixels: np.ndarray) -> None:
    axes.imshow(pixels, cmap="gray_r", vmin=0, vmax=PIXEL_MAX, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#d9d4c9")
