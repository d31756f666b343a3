"""Cash of the programme since its start, year by year, with the year in which it turns."""

from itertools import pairwise

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, LEGEND, MUTED, ORANGE, SKY, axis, figure
from reports.formats import money

SQL = """
SELECT scenario, year, p10, p50, p90 FROM economics.cash_by_year
WHERE scenario IN ('base', 'conservative') ORDER BY scenario, year
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw the median with its band, the conservative case, and where the median turns.

    Args:
        frame: One row per scenario and year: scenario, year, p10, p50, p90 (USD, undiscounted).
    """
    base = frame.filter(pl.col("scenario") == "base")
    years, middle = base["year"].to_list(), base["p50"].to_list()
    drawn = figure(
        height=320,
        x=axis("years since the start", dtick=1 if len(years) <= 11 else 2),
        y=axis("USD", tickformat="$~s", nticks=6, zeroline=True, zerolinecolor=MUTED),
        **LEGEND,
    )
    drawn.add_scatter(
        x=[*years, *reversed(years)],
        y=[*base["p90"].to_list(), *reversed(base["p10"].to_list())],
        fill="toself",
        fillcolor=SKY,
        opacity=0.35,
        line={"width": 0},
        hoverinfo="skip",
        name="P10 to P90",
    )
    drawn.add_scatter(
        x=years,
        y=middle,
        mode="lines+markers",
        name="median",
        line={"color": BLUE, "width": 2.5},
        hovertext=[money(value).value for value in middle],
        hoverinfo="text",
    )
    worse = frame.filter(pl.col("scenario") == "conservative")
    drawn.add_scatter(
        x=worse["year"].to_list(),
        y=worse["p50"].to_list(),
        mode="lines",
        name="conservative case",
        line={"color": ORANGE, "width": 2, "dash": "dash"},
        hovertext=[money(value).value for value in worse["p50"]],
        hoverinfo="text",
    )
    turn = turning_year(middle)
    if turn is not None:
        drawn.add_scatter(
            x=[turn],
            y=[0],
            mode="markers",
            marker={"size": 12, "color": BLUE, "symbol": "circle-open", "line": {"width": 2.5}},
            name="breaks even",
            hoverinfo="name",
        )
    return drawn


def turning_year(totals: list[float]) -> float | None:
    """Return the year in which cash since the start first reaches zero, straight within a year.

    Args:
        totals: Cash since the start at the end of year 0, 1, and so on.

    Returns:
        Years; None where it does not, or was never below zero.
    """
    for year, (before, after) in enumerate(pairwise(totals)):
        if before < 0 <= after:
            return year - before / (after - before)
    return None
