"""What a replacement interval costs per batch: the curve, today's interval and the least cost."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREEN, MUTED, ORANGE, axis, figure

SQL = """
SELECT c.equipment_class, c.part, c.event, c.time_scale, c.interval, c.cost_per_batch_usd AS cost,
  c.cost_per_batch_low_usd AS low, c.cost_per_batch_high_usd AS high,
  r.todays_interval, r.optimal_interval, r.longest_age,
  replace(c.equipment_class, '_', ' ') || CASE WHEN c.event = 'breakdown' THEN ', breakdowns'
    ELSE ', failed batches: ' || replace(replace(c.event, 'failed_batch:', ''), '_', ' ') END
    AS title
FROM finding.replacement_curves AS c
JOIN finding.replacement_intervals AS r
  ON r.equipment_class = c.equipment_class AND r.origin = c.origin AND r.part = c.part
  AND r.event = c.event AND r.time_scale = c.time_scale
WHERE c.event = 'breakdown' OR (r.shape_low > 1 AND r.optimal_interval IS NOT NULL)
ORDER BY c.event <> 'breakdown', c.equipment_class, c.part, c.event, c.point
"""
HIGHEST = 4.0  # of the cost at the lowest point: what lies above says only "far too often"


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw expected cost against the interval, with its band and both intervals marked.

    Args:
        frame: One row per interval of one question: time_scale, interval (in it), cost with low and
            high (USD per batch), todays_interval, optimal_interval, longest_age (as interval).
    """
    unit = frame["time_scale"][0]
    at = frame["interval"].to_list()
    top = HIGHEST * float(min(frame["cost"]))
    drawn = figure(
        height=300,
        x=axis(f"{unit} between planned renewals", rangemode="tozero", nticks=7, showgrid=False),
        y=axis("expected cost per batch, USD", tickformat="~s", range=[0, top], nticks=6),
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
    )
    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn.add_scatter(x=at, y=frame["high"].to_list(), **hidden)
    drawn.add_scatter(
        x=at, y=frame["low"].to_list(), fill="tonexty", fillcolor="rgba(11,90,143,0.14)", **hidden
    )
    drawn.add_scatter(
        x=at,
        y=frame["cost"].to_list(),
        mode="lines",
        line={"color": BLUE, "width": 2},
        hovertemplate=f"%{{y:,.0f}} USD a batch at %{{x:.0f}} {unit}<extra></extra>",
    )
    row = frame.row(0, named=True)
    _mark(drawn, row["longest_age"], "longest seen", MUTED, height=0.0)
    _mark(drawn, row["todays_interval"], "today", ORANGE, height=0.0)
    _mark(drawn, _within(row["optimal_interval"], max(at)), "least cost", GREEN, height=16.0)
    return drawn


def _within(interval: float | None, longest: float) -> float | None:
    return interval if interval is not None and interval <= longest else None


def _mark(drawn: go.Figure, at: float | None, words: str, colour: str, *, height: float) -> None:
    """Mark an interval by a dotted line named at its top, at a height in pixels above the plot."""
    if at is None:
        return
    drawn.add_vline(x=at, line={"color": colour, "width": 1.5, "dash": "dot"})
    drawn.add_annotation(
        x=at,
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=height,
        text=words,
        showarrow=False,
        font={"size": 11, "color": colour},
    )
