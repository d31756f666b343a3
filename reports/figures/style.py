"""How every chart looks: palette, type, axes, and the few marks that charts share.

Colours are from Okabe and Ito's set, safe for colour-blind readers, and never the only carrier of
a meaning. Charts have no titles of their own: the page sets them as text.
"""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from reports.wording import SHORT_STAGES

INK, MUTED, FAINT, PAPER = "#1d2733", "#5b6875", "#d9dfe5", "rgba(0,0,0,0)"
BLUE, ORANGE, GREEN, SKY, GREY = "#0b5a8f", "#c4570a", "#00795a", "#7fb8de", "#9aa5b1"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
LOW_TO_HIGH = [[0.0, "#0b5a8f"], [0.5, "#c9ced4"], [1.0, "#c4570a"]]
LABEL_CHARACTERS = 24
TITLE_CHARACTERS = 30

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def label(text: str, characters: int = LABEL_CHARACTERS) -> str:
    """Break a long label over lines so that a phone keeps room for the marks."""
    return "<br>".join(wrap(text, characters)) or " "


def axis(title: str | None = None, **settings: Any) -> dict[str, Any]:
    """Return an axis: hairline grid, no box, fixed against accidental zooming."""
    return {
        "title": {
            "text": title and label(title, TITLE_CHARACTERS),
            "font": {"size": 12, "color": MUTED},
            "standoff": 8,
        },
        "gridcolor": "#edf0f3",
        "linecolor": FAINT,
        "zeroline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 12, "color": MUTED},
        **settings,
    }


def rows_axis(rows: Sequence[str]) -> dict[str, Any]:
    """Return a y axis with one row per name, the first on top."""
    return axis(
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=[label(name) for name in rows],
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        tickfont={"size": 12, "color": INK},
        ticks="outside",
        ticklen=6,
        tickcolor=PAPER,
    )


def figure(*, height: int, x: dict[str, Any], y: dict[str, Any], **layout: Any) -> go.Figure:
    """Return an empty figure in the house style.

    Args:
        height: Height in pixels.
        x: Settings of the x axis, from ``axis``.
        y: Settings of the y axis, from ``axis`` or ``rows_axis``.
        layout: Further layout settings.
    """
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {"font": {"family": FONT, "size": 12}, "bgcolor": "white"},
            "xaxis": x,
            "yaxis": y,
            **layout,
        }
    )


LEGEND = {
    "showlegend": True,
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
}


def row_height(rows: int, each: int = 44, extra: int = 60) -> int:
    """Return a chart height that gives every row the same room."""
    return rows * each + extra


def whisker(
    low: Sequence[float | None], high: Sequence[float | None], at: Sequence[float], colour: str
) -> go.Scatter:
    """Return horizontal intervals, one per row, drawn as lines with gaps between them."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end, row in zip(low, high, at, strict=True):
        xs += [start, end, None]
        ys += [row, row, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": colour, "width": 4}, opacity=0.35, hoverinfo="skip"
    )


def padded(*columns: Sequence[float | None], share: float = 0.16) -> list[float]:
    """Return a range around all values with room for their labels at either end."""
    values = [x for column in columns for x in column if x is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low or abs(high) or 1.0) * share
    return [low - room, high + room]


def gates_axis(gates: Sequence[int], title: str) -> dict[str, Any]:
    """Return an x axis of gates: number and stage name where there is room, else the number."""
    return axis(
        title,
        tickmode="array",
        tickvals=list(gates),
        ticktext=[f"{gate} {SHORT_STAGES.get(gate, '')}" for gate in gates],
        range=[min(gates) - 0.4, max(gates) + 0.4],
        showgrid=False,
    )


def reference_line(x: float, text: str) -> dict[str, Any]:
    """Return the layout of a dotted vertical line named at its top."""
    return {
        "shapes": [
            {
                "type": "line",
                "x0": x,
                "x1": x,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": MUTED, "width": 1, "dash": "dot"},
            }
        ],
        "annotations": [
            {
                "x": x,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": text,
                "showarrow": False,
                "font": {"size": 11, "color": MUTED},
            }
        ],
    }
