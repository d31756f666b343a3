"""How the predicted failure probability moves with one driver, and where the batches lie."""

import math

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, axis, figure

# Points of equal value (a speed set to one of three settings) become one.
SQL = """
SELECT c.outcome, c.driver, any_value(coalesce(d.title, c.feature)) AS title,
  any_value(coalesce(d.unit, '')) AS unit, c.value,
  sum(c.failure_prob * c.batches) / sum(c.batches) AS failure_prob,
  CAST(sum(c.batches) AS BIGINT) AS batches, min(r.rank) AS rank
FROM finding.driver_curves AS c
JOIN finding.drivers AS r
  ON r.outcome = c.outcome AND r.gate = c.gate AND r.driver = c.driver
  AND r.verdict = 'process_signal'
JOIN model.verdicts AS p ON p.outcome = r.outcome AND p.gate = r.gate AND p.is_primary_gate
LEFT JOIN feature.dictionary AS d ON d.feature = c.feature
WHERE c.failure_prob IS NOT NULL AND c.value IS NOT NULL AND c.batches > 0
  AND c.feature = c.driver AND r.rank <= 6
GROUP BY c.outcome, c.driver, c.value
ORDER BY c.outcome, rank, c.driver, c.value
"""
SMALLEST, LARGEST = 4.0, 13.0  # marker diameters in pixels


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw probability against the driver's value; a dot's area is the batches behind it.

    Args:
        frame: One row per value of one driver: title, unit, value, failure_prob (0 to 1), batches.
    """
    most = float(max(frame["batches"]))
    drawn = figure(
        height=260,
        x=axis(_axis_title(frame["title"][0], frame["unit"][0]), nticks=6, showgrid=False),
        y=axis("failure probability", tickformat=".0%", rangemode="tozero", nticks=5),
    )
    drawn.add_scatter(
        x=frame["value"].to_list(),
        y=frame["failure_prob"].to_list(),
        mode="lines+markers",
        line={"color": BLUE, "width": 1.5},
        marker={"size": [max(SMALLEST, LARGEST * math.sqrt(n / most)) for n in frame["batches"]]},
        customdata=frame["batches"].to_list(),
        hovertemplate="%{y:.1%} at %{x:.4g}, %{customdata} batches<extra></extra>",
        cliponaxis=False,
    )
    return drawn


def _axis_title(title: str, unit: str) -> str:
    return title if not unit or title.endswith(")") else f"{title}, {unit}"
