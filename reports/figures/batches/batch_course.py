"""The course of a batch through a phase beside the limits in time of good ones."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, ORANGE, axis, figure

# The three batches furthest beyond, one a phase, each by the statistic that is furthest out in
# shares of its own limit: the squared distance by its cube root, in which it is judged.
SQL = """
WITH beyond AS (
  SELECT model, batch_id, value / "limit" AS times FROM finding.multivariate_scores
  WHERE kind = 'evolution' AND is_beyond
  QUALIFY row_number() OVER (PARTITION BY model ORDER BY value / "limit" DESC, batch_id) = 1
  ORDER BY times DESC, model LIMIT 3
),
told AS (
  SELECT e.model, e.batch_id, e.chart_statistic, b.times,
    max(CASE WHEN e.chart_statistic = 'distance'
      THEN (cbrt(e.value) - cbrt(e.centre)) / nullif(cbrt(e.high) - cbrt(e.centre), 0)
      ELSE abs(e.value - e.centre) / nullif(e.high - e.centre, 0) END) AS out
  FROM finding.batch_evolution AS e JOIN beyond AS b USING (model, batch_id)
  GROUP BY e.model, e.batch_id, e.chart_statistic, b.times
),
shown AS (
  SELECT * FROM told
  QUALIFY row_number() OVER (PARTITION BY model ORDER BY out DESC, chart_statistic) = 1
)
SELECT e.model, e.batch_id, e.step, e.progress, e.value, e.centre, e.low, e.high, e.is_beyond,
  t.times,
  CASE e.chart_statistic WHEN 'distance' THEN 'squared distance from the mean course'
    WHEN 'maturity' THEN 'maturity as predicted' WHEN 'score_1' THEN 'first score'
    ELSE 'second score' END AS chart
FROM shown AS t JOIN finding.batch_evolution AS e USING (model, batch_id, chart_statistic)
ORDER BY t.times DESC, e.model, e.batch_id, e.step
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw the band of good batches, their centre, and the batch; a diamond where it is outside.

    Args:
        frame: One row per step: progress (0 to 1), value, centre, low, high, is_beyond.
    """
    at = frame["progress"].to_list()
    drawn = figure(
        height=320,
        x=axis("progress of the phase", tickformat=".0%", showgrid=False),
        y=axis(frame["chart"][0]),
        **LEGEND,
    )
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn.add_scatter(x=at, y=frame["low"].to_list(), showlegend=False, **band)
    drawn.add_scatter(
        x=at, y=frame["high"].to_list(), name="limits of good batches", fill="tonexty",
        fillcolor="rgba(11, 90, 143, 0.12)", **band,
    )  # fmt: skip
    drawn.add_scatter(
        x=at, y=frame["centre"].to_list(), name="their centre", mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    drawn.add_scatter(
        x=at, y=frame["value"].to_list(), name=frame["batch_id"][0], mode="lines",
        line={"color": BLUE, "width": 2}, hoverinfo="x+y",
    )  # fmt: skip
    out = frame.filter("is_beyond")
    if out.height:
        drawn.add_scatter(
            x=out["progress"].to_list(), y=out["value"].to_list(), name="outside", mode="markers",
            marker={"color": ORANGE, "size": 8, "symbol": "diamond"}, hoverinfo="skip",
        )  # fmt: skip
    return drawn
