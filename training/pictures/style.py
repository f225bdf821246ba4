"""How all pictures of this package look: colours, paper, title, PNG. Knows nothing of what is drawn.

Drawn with matplotlib's Agg canvas, without pyplot, so nothing global is touched and no display is needed.
"""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#1b2a41"
PAPER = "#fbfaf7"
ACCENT = "#c8553d"
SHADES = ("#1b2a41", "#5c7c9f", "#b9c9d9")


def new_figure(*, width: float, height: float) -> Figure:
    """A figure of that size in inches, on paper."""
    figure = Figure(figsize=(width, height), dpi=130, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def write_title(figure: Figure, text: str) -> None:
    """Write the title at the top left."""
    figure.text(0.02, 1 - 0.18 / figure.get_figheight(), text, size=14, weight="bold", color=INK, va="top")


def png_of(figure: Figure) -> bytes:
    """The figure as PNG, without the library's version in it."""
    for axes in figure.axes:
        axes.set_facecolor(PAPER)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()
