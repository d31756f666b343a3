"""What figures of batches share: a layout in the house style as a dictionary."""

from typing import Any

from reports.figures.style import FONT, INK, LEGEND, MUTED, PAPER

Figure = dict[str, Any]
MARGIN = {"l": 8, "r": 12, "t": 24, "b": 8}


def plain_axis(title: str = "", **settings: Any) -> dict[str, Any]:
    """Return an axis: hairline grid, fixed against accidental zooming."""
    return {
        "title": {"text": title, "font": {"size": 11, "color": MUTED}, "standoff": 6},
        "gridcolor": "#edf0f3",
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"size": 11, "color": MUTED},
        **settings,
    }


def plain_figure(
    data: list[dict[str, Any]], *, height: int, x: dict[str, Any], y: dict[str, Any], **layout: Any
) -> Figure:
    """Return a figure as its JSON holds it.

    Args:
        data: Traces.
        height: Height in pixels.
        x: The x axis, from ``plain_axis``.
        y: The y axis.
        layout: Further layout settings.
    """
    return {
        "data": data,
        "layout": {
            "height": height,
            "margin": MARGIN,
            "font": {"family": FONT, "size": 11, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "dragmode": False,
            "hoverlabel": {"font": {"family": FONT, "size": 11}, "bgcolor": "white"},
            **LEGEND,
            "xaxis": x,
            "yaxis": y,
            **layout,
        },
    }
