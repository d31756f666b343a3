"""Annual savings in each scenario, and by lever, with their intervals."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, MUTED, axis, figure, padded, row_height, rows_axis, whisker
from reports.formats import money
from reports.wording import SCENARIOS, phrase

SCENARIO_SQL = """
SELECT scenario AS part, p10, p50, p90 FROM economics.scenarios
WHERE lever = 'all' AND measure = 'annual_net_savings_usd' AND basis <> 'refused'
  AND p50 IS NOT NULL
ORDER BY CASE scenario WHEN 'conservative' THEN 1 WHEN 'base' THEN 2 ELSE 3 END, scenario
"""
LEVER_SQL = """
SELECT concat_ws(': ', l.title, o.title) AS part, s.p10, s.p50, s.p90
FROM economics.scenarios AS s
JOIN economics.levers AS l ON l.lever = s.lever AND l.basis <> 'refused'
LEFT JOIN core.outcome_definitions AS o ON o.outcome = l.outcome
WHERE s.scenario = 'base' AND s.measure = 'annual_net_savings_usd' AND s.p50 IS NOT NULL
ORDER BY s.p50 DESC, s.lever
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw a median and its P10 to P90 per row.

    Args:
        frame: One row per scenario or lever: part, p10, p50, p90 (USD a year).
    """
    rows = list(range(frame.height))
    drawn = figure(
        height=row_height(frame.height, each=56, extra=64),
        x=axis(
            "USD a year",
            tickformat="$~s",
            nticks=6,
            range=padded(
                [0.0], frame["p10"].to_list(), frame["p50"].to_list(), frame["p90"].to_list()
            ),
            zeroline=True,
            zerolinecolor=MUTED,
        ),
        y=rows_axis([phrase(part, SCENARIOS) for part in frame["part"]]),
    )
    drawn.add_trace(whisker(frame["p10"].to_list(), frame["p90"].to_list(), rows, BLUE))
    drawn.add_scatter(
        x=frame["p50"].to_list(),
        y=rows,
        mode="markers+text",
        marker={"size": 12, "color": BLUE},
        text=[
            money(p50, p10, p90).value for p10, p50, p90 in frame.select("p10", "p50", "p90").rows()
        ],
        textposition="top center",
        textfont={"size": 13},
        hovertext=[
            money(p50, p10, p90).full for p10, p50, p90 in frame.select("p10", "p50", "p90").rows()
        ],
        hoverinfo="text",
        cliponaxis=False,
    )
    return drawn
