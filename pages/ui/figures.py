"""d2l's Animator as a Plotly figure of its own, for files. The numbers are those of assets/animator/chart.js."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from model.kept import EpochPoint, TracePoint

POINT = 4 / 3
"""One typographic point in CSS pixels."""

WIDTH, HEIGHT, TICKS = 900, 600, 18
"""Pixels: three to two, as the book's figures; ticks and legend in proportion."""

FACTOR = 1.5
"""Lines are as much thicker than on the page as the letters are larger."""

Y_BOOK = (0.3, 0.9)
NAMES = ("train loss", "train acc", "test acc")
DASHES = ((), (5.55, 2.4), (9.6, 2.4, 1.5, 2.4))
SYMBOLS = ("circle", "square", "diamond")

COLOURS = {
    False: {
        "lines": ("#1f77b4", "#bf00bf", "#008000"), "ground": "#ffffff", "grid": "#b0b0b0", "axis": "#000000",
        "text": "#000000", "legend": "rgba(255, 255, 255, 0.8)", "legend_edge": "#cccccc",
    },
    True: {
        "lines": ("#6fb4e8", "#ff7bff", "#5fd068"), "ground": "#141518", "grid": "#3d4249", "axis": "#c9cdd2",
        "text": "#ececea", "legend": "rgba(20, 21, 24, 0.8)", "legend_edge": "#3b3e44",
    },
}  # fmt: skip
"""Those of assets/animator/tokens.css, for the light and the dark ground."""


def animator_figure(
    points: Sequence[EpochPoint], trace: Sequence[TracePoint], num_epochs: int, dark: bool
) -> go.Figure:
    """The book's points, with the running averages as thin lines between them.

    y is the book's range, or where a point of the epochs lies outside, all that there is.
    """
    colours = COLOURS[dark]
    figure = go.Figure(layout=_layout(colours, num_epochs, y_range(points, trace)))
    x, losses, accuracies = _with_gaps(trace)
    for values, colour in zip((losses, accuracies), colours["lines"], strict=False):
        figure.add_scatter(
            x=x, y=values, mode="lines", line={"color": colour, "width": FACTOR}, opacity=0.4, showlegend=False,
            hoverinfo="skip", connectgaps=False,
        )  # fmt: skip
    alone = len(points) == 1
    for i, (name, colour) in enumerate(zip(NAMES, colours["lines"], strict=True)):
        dash = ",".join(f"{length * POINT * FACTOR}px" for length in DASHES[i]) or "solid"
        figure.add_scatter(
            name=name, x=[point.epoch for point in points], y=[point[i + 1] for point in points],
            mode="lines+markers" if alone else "lines", cliponaxis=not alone,
            line={"color": colour, "width": 1.5 * POINT * FACTOR, "dash": dash},
            marker={"color": colour, "size": 7 * FACTOR, "symbol": SYMBOLS[i]},
        )  # fmt: skip
    return figure


def y_range(points: Sequence[EpochPoint], trace: Sequence[TracePoint]) -> tuple[float, float]:
    """The book's range if it holds every point, else one that holds them and the running averages."""
    values = [value for point in points for value in point[1:]] or [value for point in trace for value in point[1:]]
    if all(Y_BOOK[0] <= value <= Y_BOOK[1] for value in values):
        return Y_BOOK
    values += [*Y_BOOK, *(value for point in trace for value in point[1:])]
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite), max(finite)
    return low - 0.03 * (high - low), high + 0.03 * (high - low)


def _layout(colours: Mapping[str, object], num_epochs: int, y: tuple[float, float]) -> dict[str, object]:
    font = {"size": TICKS, "color": colours["text"]}
    axis = {
        "color": colours["axis"], "gridcolor": colours["grid"], "gridwidth": 0.8 * POINT, "linewidth": 0.8 * POINT,
        "showline": True, "mirror": True, "zeroline": False, "ticks": "outside", "ticklen": 3.5 * POINT,
        "tickwidth": 0.8 * POINT, "tickfont": font, "ticklabeloverflow": "allow",
    }  # fmt: skip
    every = 1 if num_epochs <= 5 else 2 if num_epochs <= 10 else 4 if num_epochs <= 20 else 10
    while num_epochs / every > 12:
        every *= 10
    book = {"tick0": 0, "dtick": 0.2} if y == Y_BOOK else {"nticks": 6}
    return {
        "template": None, "width": WIDTH, "height": HEIGHT, "hovermode": "x unified",
        "paper_bgcolor": colours["ground"], "plot_bgcolor": colours["ground"],
        "font": {"family": '"DejaVu Sans", Verdana, "Source Sans", sans-serif', "color": colours["text"]},
        "margin": {"l": 2.9 * TICKS, "r": TICKS, "t": 10, "b": 3.1 * TICKS, "pad": 0},
        "hoverlabel": {"bgcolor": colours["ground"], "font": font},
        "xaxis": {
            **axis, "range": [0, num_epochs], "dtick": every, "unifiedhovertitle": {"text": "epoch %{x}"},
            "title": {"text": "epoch", "font": font, "standoff": 0},
        },
        "yaxis": {**axis, "range": y, **book, "hoverformat": ".4f"},
        "legend": {
            "x": 0.985, "xanchor": "right", "y": 0.56, "yanchor": "middle", "bgcolor": colours["legend"],
            "bordercolor": colours["legend_edge"], "borderwidth": 1, "itemclick": False, "itemdoubleclick": False,
            "itemwidth": 30 * FACTOR, "font": font,
        },
    }  # fmt: skip


def _with_gaps(trace: Sequence[TracePoint]) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """The thin lines; a running average begins anew with each epoch, and a gap keeps two epochs apart."""
    kept: list[tuple[float | None, ...]] = [*trace[:1]]
    for before, point in pairwise(trace):
        if math.ceil(point.x - 1e-9) != math.ceil(before.x - 1e-9):
            kept.append((None, None, None))
        kept.append(point)
    x, losses, accuracies = zip(*kept, strict=True) if kept else ((), (), ())
    return list(x), list(losses), list(accuracies)
