"""How the predicted failure probability moves with one driver, and where the batches lie."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, FAINT, axis, figure

SQL = """
SELECT c.outcome, c.driver, coalesce(d.title, c.feature) AS title, coalesce(d.unit, '') AS unit,
  c.point, c.value, c.failure_prob, c.batches, r.rank
FROM finding.driver_curves AS c
JOIN finding.drivers AS r
  ON r.outcome = c.outcome AND r.gate = c.gate AND r.driver = c.driver
  AND r.verdict = 'process_signal'
LEFT JOIN feature.dictionary AS d ON d.feature = c.feature
WHERE c.failure_prob IS NOT NULL AND c.value IS NOT NULL AND c.feature = c.driver AND r.rank <= 6
ORDER BY c.outcome, r.rank, c.driver, c.point
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw probability against the driver's value over grey bars of the batches recorded there.

    Args:
        frame: One row per point of one driver: title, unit, value, failure_prob (0 to 1), batches.
    """
    values = frame["value"].to_list()
    unit = frame["unit"][0]
    drawn = figure(
        height=260,
        x=axis(f"{frame['title'][0]}{f', {unit}' if unit else ''}", nticks=6, showgrid=False),
        y={
            "visible": False,
            "range": [0, 4 * max([1, *frame["batches"].drop_nulls().to_list()])],
            "fixedrange": True,
        },
        yaxis2=axis(
            "failure probability",
            tickformat=".0%",
            rangemode="tozero",
            nticks=5,
            overlaying="y",
            tickmode="auto",
            side="left",
        ),
        bargap=0.1,
    )
    drawn.add_bar(
        x=values,
        y=frame["batches"].to_list(),
        marker={"color": FAINT},
        hovertemplate="%{y} batches<extra></extra>",
    )
    drawn.add_scatter(
        x=values,
        y=frame["failure_prob"].to_list(),
        yaxis="y2",
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 6},
        hovertemplate="%{y:.1%} at %{x:.4g}<extra></extra>",
    )
    return drawn
