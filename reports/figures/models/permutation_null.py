"""The observed statistic against what permuted results give: is it more than chance?"""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, axis, figure, padded, row_height, rows_axis
from reports.formats import p_value
from reports.wording import SHORT_STAGES, STATISTICS, phrase

# The statistic a signal rests on at the last gate; else the first there is.
SQL = """
WITH ordered AS (
  SELECT n.*, CASE WHEN n.statistic = CASE v.route WHEN 'spread_model' THEN 'squared_residual_gain'
      WHEN 'label_model' THEN 'log_score_gain_over_product' END THEN 0
    WHEN n.statistic = 'margin_gain_over_product' THEN 1
    WHEN n.statistic = 'log_score_gain_over_product' THEN 2 ELSE 3 END AS place
  FROM model.permutation_nulls AS n
  LEFT JOIN model.verdicts AS v ON v.outcome = n.outcome AND v.is_primary_gate
  WHERE n.observed IS NOT NULL
)
SELECT outcome, gate, statistic, observed, null_p50, null_p95, null_p99, p_value
FROM ordered
QUALIFY place = min(place) OVER (PARTITION BY outcome)
  AND statistic = min(statistic) OVER (PARTITION BY outcome, place)
ORDER BY outcome, gate
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one row per gate: a grey band for chance, a dot for what was observed.

    Args:
        frame: One row per gate of one statistic: statistic, gate, observed, null_p50, null_p95,
            null_p99, p_value.
    """
    rows = list(range(frame.height))
    names = [f"gate {gate} {SHORT_STAGES.get(gate, '')}" for gate in frame["gate"]]
    drawn = figure(
        height=row_height(frame.height, each=40, extra=110),
        x=axis(
            phrase(frame["statistic"][0], STATISTICS),
            nticks=5,
            tickformat=".1%",
            range=padded(
                frame["observed"].to_list(),
                frame["null_p50"].to_list(),
                frame["null_p99"].to_list(),
            ),
        ),
        y=rows_axis(names),
        **LEGEND,
    )
    for start, end, width, title in (
        ("null_p50", "null_p95", 12, "chance: median to 95th percentile"),
        ("null_p95", "null_p99", 5, "to 99th percentile"),
    ):
        xs: list[float | None] = []
        ys: list[float | None] = []
        for low, high, row in zip(frame[start], frame[end], rows, strict=True):
            xs += [low, high, None]
            ys += [row, row, None]
        drawn.add_scatter(
            x=xs,
            y=ys,
            mode="lines",
            name=title,
            line={"color": GREY, "width": width},
            opacity=0.55,
            hoverinfo="skip",
        )
    drawn.add_scatter(
        x=frame["observed"].to_list(),
        y=rows,
        mode="markers+text",
        name="observed",
        marker={"size": 10, "color": BLUE},
        text=[f"p {_relation(p)}" for p in frame["p_value"]],
        textposition="top center",
        cliponaxis=False,
        hovertemplate="observed %{x:.3f}<extra></extra>",
    )
    return drawn


def _relation(p: float | None) -> str:
    written = p_value(p).full
    return written if written.startswith(("<", "not")) else f"= {written}"
