"""Failed batches over time, so that a worst year cannot pass for the baseline."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import ORANGE, axis, figure

SQL = """
WITH dated AS (
  SELECT o.outcome,
    CASE WHEN d.severity <> 'lost' THEN concat(d.title, ' (no batch lost)')
      WHEN d.is_proxy THEN 'Batches beyond the proxy limit' ELSE 'Failed batches' END AS heading,
    CAST(date_trunc('quarter', b.started_at) AS DATE) AS quarter, o.is_failure
  FROM core.outcomes AS o JOIN core.batches AS b USING (batch_id)
  JOIN core.outcome_definitions AS d ON d.outcome = o.outcome
  WHERE b.started_at IS NOT NULL AND o.is_failure IS NOT NULL
)
SELECT outcome, heading, quarter, count(*) AS batches,
  count(*) FILTER (WHERE is_failure) AS failures
FROM dated GROUP BY outcome, heading, quarter ORDER BY outcome, quarter
"""


def _whole_steps(frame: pl.DataFrame) -> dict[str, int | list[float]]:
    """Return tick settings in whole batches."""
    most = max([1, *frame["failures"].to_list()])
    return {"dtick": -(-most // 5), "range": [0, most * 1.2]}


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw failed batches per quarter; the batches made stand in the hover text.

    Args:
        frame: One row per quarter: quarter (date), batches, failures.
    """
    quarters = [f"{day.year} Q{(day.month + 2) // 3}" for day in frame["quarter"]]
    failures = frame["failures"].to_list()
    drawn = figure(
        height=260,
        x=axis(
            None,
            type="category",
            showgrid=False,
            tickmode="array",
            tickvals=[q for q in quarters if q.endswith("Q1")] or quarters,
            ticktext=[q[:4] for q in quarters if q.endswith("Q1")] or quarters,
        ),
        y=axis("batches a quarter", rangemode="tozero", **_whole_steps(frame)),
        bargap=0.35,
    )
    drawn.add_bar(
        x=quarters,
        y=failures,
        marker={"color": ORANGE},
        text=[str(n) if n else "" for n in failures],
        textposition="outside",
        cliponaxis=False,
        hovertext=[
            f"{quarter}: {failed} of {made} batches"
            for quarter, failed, made in zip(
                quarters, failures, frame["batches"].to_list(), strict=True
            )
        ],
        hoverinfo="text",
    )
    return drawn
