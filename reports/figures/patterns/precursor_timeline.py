"""When events come before failures: the window of each finding on a line that ends at the batch."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, SKY, axis, figure, row_height, rows_axis
from reports.formats import share
from reports.wording import event_name

SQL = """
SELECT outcome, rank, event_type, scope, coalesce(lag_from_h, 0) AS lag_from_h, lag_until_h, lag_h,
  lag_low_h, lag_high_h, rate_exposed, rate_controls
FROM finding.precursors
WHERE is_leading AND lag_until_h IS NOT NULL AND outcome IN
  (SELECT outcome FROM model.verdicts WHERE is_primary_gate AND verdict = 'process_signal')
ORDER BY outcome, rank
"""
MOST_ROWS = 12


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one line per finding, time running towards the batch on the right.

    Args:
        frame: One row per finding of one outcome: event_type, scope, lag_from_h, lag_until_h (the
            window, hours before the batch), lag_h with lag_low_h and lag_high_h (typical lag),
            rate_exposed and rate_controls (0 to 1).
    """
    shown = frame.head(MOST_ROWS)
    longest = max(float(h) for h in shown["lag_until_h"])
    drawn = figure(
        height=row_height(shown.height, each=56, extra=80),
        x=axis("hours before the batch", range=[longest * 1.08, -longest * 0.04], nticks=6),
        y=rows_axis(
            [f"{event_name(e)}, same {s}" for e, s in shown.select("event_type", "scope").rows()]
        ),
    )
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row, (low, high) in enumerate(shown.select("lag_from_h", "lag_until_h").iter_rows()):
        xs += [high, low, None]
        ys += [row, row, None]
    drawn.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": SKY, "width": 14}, opacity=0.6, hoverinfo="skip"
    )
    typical = shown["lag_h"].fill_null(pl.lit(None, pl.Float64)).to_list()
    low, high = shown["lag_low_h"].to_list(), shown["lag_high_h"].to_list()
    drawn.add_scatter(
        x=typical,
        y=list(range(shown.height)),
        mode="markers",
        marker={"color": BLUE, "size": 10},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_span(a, b) for a, b in zip(typical, high, strict=True)],
            "arrayminus": [_span(b, a) for a, b in zip(typical, low, strict=True)],
            "color": BLUE,
            "thickness": 1.5,
            "width": 5,
        },
        hovertemplate="typically %{x:.3s} h before<extra></extra>",
    )
    for row, (exposed, controls) in enumerate(
        shown.select("rate_exposed", "rate_controls").iter_rows()
    ):
        drawn.add_annotation(
            x=1,
            xref="paper",
            xanchor="right",
            y=row,
            yshift=18,
            text=f"{share(exposed).value} fail, matched {share(controls).value}",
            showarrow=False,
            font={"size": 11},
        )
    return drawn


def _span(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)
