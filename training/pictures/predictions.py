"""Images beside what the deployed model says about them, as PNG bytes. Writes no files."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from contract.digit import CLASSES, PIXEL_MAX, SIDE
from training.aws.predictions import Prediction
from training.common.certainty import certainty
from training.data.dataset import Split
from training.pictures.style import ACCENT, INK, SHADES, new_figure, png_of, write_title

_MOST_COLUMNS = 5


def predicted_digits(split: Split, predictions: Sequence[Prediction]) -> bytes:
    """Each image with the digit that the model takes it for, above bars of how likely it holds each of the ten.

    Parameters
    ----------
    split
        the images, and what they really are
    predictions
        one for each of the first images, in their order
    """
    columns = min(_MOST_COLUMNS, len(predictions))
    rows = -(-len(predictions) // columns)
    figure = new_figure(width=1.9 * columns + 0.2, height=2.75 * rows + 0.55)
    height = figure.get_figheight()
    grid = figure.add_gridspec(
        rows, columns, left=0.02, right=0.98, top=1 - 0.85 / height, bottom=0.3 / height, hspace=0.28
    )
    for position, prediction in enumerate(predictions):
        place = grid[divmod(position, columns)].subgridspec(2, 1, height_ratios=[3, 1], hspace=0.1)
        _draw_image(figure.add_subplot(place[0]), split.slice(position, position + 1), prediction)
        _draw_probabilities(figure.add_subplot(place[1]), prediction)
    write_title(figure, "the predictions of the model")
    return png_of(figure)


def _draw_image(axes: Axes, image: Split, prediction: Prediction) -> None:
    axes.imshow(image.images.reshape(SIDE, SIDE), cmap="gray_r", vmin=0, vmax=PIXEL_MAX, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#d9d4c9")
    (label,) = image.labels.tolist()
    right = prediction.digit == label
    title = f"{prediction.digit}  ({certainty(max(prediction.probabilities))})" + ("" if right else f", is {label}")
    axes.set_title(title, color=INK if right else ACCENT, size=12, weight="bold", pad=4)


def _draw_probabilities(axes: Axes, prediction: Prediction) -> None:
    colours = [ACCENT if digit == prediction.digit else SHADES[1] for digit in range(CLASSES)]
    axes.bar(range(CLASSES), prediction.probabilities, width=0.8, color=colours)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks(range(CLASSES))
    axes.tick_params(length=0, colors=INK, labelsize=8, pad=1)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
