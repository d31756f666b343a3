"""What leads the distance of a batch from normal ones."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, ORANGE, axis, figure, row_height, rows_axis

# Of the last fifty batches of each product, the three furthest beyond any limit.
SQL = """
WITH latest AS (
  SELECT batch_id, row_number() OVER (
    PARTITION BY product, strength ORDER BY production_order DESC) AS back
  FROM core.batches
),
worst AS (
  SELECT s.batch_id, s.model, s.chart_statistic, s.value / s."limit" AS times
  FROM finding.multivariate_scores AS s JOIN latest USING (batch_id)
  WHERE s.is_beyond AND s.gate <= 5 AND back <= 50
  QUALIFY row_number() OVER (PARTITION BY s.batch_id ORDER BY s.value / s."limit" DESC, s.model,
    s.chart_statistic) = 1
  ORDER BY times DESC, batch_id LIMIT 3
)
SELECT c.batch_id, c.model, w.times,
  CASE c.chart_statistic WHEN 't2' THEN 'T2' WHEN 'spe' THEN 'SPE' ELSE 'course' END AS chart,
  c.rank, c.unit_procedure, c.phase, c.tag, c.detail, c.share, c.spreads
FROM worst AS w
JOIN finding.multivariate_contributions AS c USING (batch_id, model, chart_statistic)
ORDER BY w.times DESC, c.batch_id, c.rank
"""
LABELLED = ("tag", "phase", "detail", "spreads")


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per sensor: its share of the distance, coloured by which way it was off.

    Args:
        frame: One row per sensor of one batch: tag, phase, detail, share, spreads.
    """
    rows = [
        f"{tag.replace('_', ' ')}, {phase.replace('_', ' ')}: {_detail(detail, away)}"
        for tag, phase, detail, away in frame.select(
            "tag", "phase", "detail", "spreads"
        ).iter_rows()
    ]
    shares = frame["share"].to_list()
    drawn = figure(
        height=row_height(len(rows), each=56),
        x=axis("share of the distance", tickformat=".0%", range=[0, max(shares) * 1.2]),
        y=rows_axis(rows),
    )
    spreads = frame["spreads"].to_list()
    drawn.add_bar(
        x=shares,
        y=list(range(len(rows))),
        orientation="h",
        width=0.6,
        marker={"color": [BLUE if (away or 0) < 0 else ORANGE for away in spreads]},
        text=[f"{share:.0%}" for share in shares],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="x",
    )
    return drawn


def _detail(detail: str, away: float | None) -> str:
    """The feature or step that adds most, and how far off it is."""
    said = detail.replace("_", " ")
    return said if away is None else f"{said} {away:+.1f} sd"
