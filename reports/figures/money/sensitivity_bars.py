"""What drives the uncertainty: how far each input moves the net present value, widest first."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, MUTED, ORANGE, axis, figure, padded, row_height, rows_axis
from reports.formats import money

SQL = """
SELECT s.title, s.npv_if_low_usd, s.npv_if_high_usd, s.rank, n.p50 AS npv_usd
FROM economics.sensitivity AS s
LEFT JOIN economics.scenarios AS n
  ON n.scenario = 'base' AND n.lever = 'all' AND n.measure = 'npv_usd'
ORDER BY s.rank
"""
MOST_BARS = 8


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per input, from its low to its high end, about the median value.

    Args:
        frame: One row per input: title, npv_if_low_usd, npv_if_high_usd, rank, npv_usd (USD; the
            programme's median, the same in every row, null where there is none).
    """
    shown = frame.head(MOST_BARS)
    low, high = (shown[f"npv_if_{end}_usd"].to_list() for end in ("low", "high"))
    drawn = figure(
        height=row_height(shown.height, each=48),
        x=axis(
            "net present value, USD",
            tickformat="$~s",
            nticks=5,
            range=padded([0.0], low, high, share=0.2),
            zeroline=True,
            zerolinecolor=MUTED,
        ),
        y=rows_axis(shown["title"].to_list()),
        bargap=0.45,
    )
    drawn.add_bar(
        x=[end - start for start, end in zip(low, high, strict=True)],
        base=low,
        y=list(range(shown.height)),
        orientation="h",
        marker={
            "color": [BLUE if end > start else ORANGE for start, end in zip(low, high, strict=True)]
        },
        hovertext=[
            f"low: {money(start).full}; high: {money(end).full}"
            for start, end in zip(low, high, strict=True)
        ],
        hoverinfo="text",
    )
    middle = shown["npv_usd"][0]
    if middle is not None:
        drawn.add_vline(x=middle, line={"color": MUTED, "width": 1, "dash": "dot"})
    return drawn
