"""Evidence that a programme under way does what it promised, month by month."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREEN, GREY, LEGEND, MUTED, ORANGE, SKY, axis, figure

SQL = """
SELECT coalesce(d.title, a.feature) AS line, a.month, a.margins_e_value AS e_value
FROM economics.lever_adherence AS a LEFT JOIN feature.dictionary AS d ON d.feature = a.feature
WHERE a.margins_e_value IS NOT NULL
UNION ALL
SELECT 'failures, all levers', month, any_value(failures_e_value) FROM economics.lever_adherence
WHERE failures_e_value IS NOT NULL GROUP BY month
ORDER BY line, month
"""
SHOWN = 20.0
LEAST, MOST = 1e-3, 1e6  # beyond, one is as sure as the other
COLOURS = (BLUE, ORANGE, GREEN, SKY, GREY)
DASHES = ("solid", "dash", "dot", "dashdot")


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw each tracker's evidence on a logarithmic scale, with the line from which it is shown.

    Args:
        frame: One row per tracker and month: line, month, e_value (likelihood ratio, 0 or more).
    """
    drawn = figure(
        height=280,
        x=axis("month", type="date", tickformat="%Y-%m", nticks=8),
        y=axis("evidence", type="log", dtick=1),
        **LEGEND,
    )
    for place, ((line,), part) in enumerate(frame.group_by("line", maintain_order=True)):
        drawn.add_scatter(
            x=part["month"].to_list(),
            y=part["e_value"].clip(LEAST, MOST).to_list(),
            mode="lines+markers",
            name=str(line),
            line={"color": COLOURS[place % len(COLOURS)], "dash": DASHES[place % len(DASHES)]},
            hovertemplate="%{x|%Y-%m}: %{y:.3g}<extra></extra>",
        )
    drawn.add_hline(y=SHOWN, line={"color": MUTED, "dash": "dot", "width": 1})
    return drawn
