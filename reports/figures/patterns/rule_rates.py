"""The failure rate inside and outside a rule over time, with intervals."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, MUTED, ORANGE, axis, figure, label

SQL = """
SELECT p.outcome, p.target, CAST(p.rule AS VARCHAR) AS rule, r.text, p.period, p.side, p.is_early,
  p.label, p.batches, p.failures, p.rate, p.rate_low, p.rate_high
FROM finding.rule_periods AS p
JOIN finding.rules AS r
  ON r.outcome = p.outcome AND r.target = p.target AND r.rule = p.rule AND r.is_shown
WHERE p.rate IS NOT NULL
ORDER BY p.outcome, p.target, p.rule, p.period, p.side
"""
SIDES = (("inside", "inside the rule", ORANGE, 0.12), ("outside", "all others", BLUE, -0.12))


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw both rates per period; a line parts discovery from confirmation.

    Args:
        frame: One row per period and side of one rule: rate, rate_low, rate_high (0 to 1).
    """
    periods = frame.select("period", "label", "is_early").unique().sort("period")
    border = float(periods.filter("is_early")["period"].max() or 0) + 0.5  # type: ignore[arg-type]
    last = periods["period"].to_list()[-1]
    drawn = figure(
        height=280,
        x=axis(
            None,
            tickmode="array",
            tickvals=periods["period"].to_list(),
            ticktext=[label(text.partition(" to ")[0], 8) for text in periods["label"]],
            tickangle=0,
            tickfont={"size": 10, "color": MUTED},
            range=[0.5, last + 0.5],
            showgrid=False,
        ),
        y=axis("share of batches", tickformat=".0%", range=[-0.02, 1.02]),
        **LEGEND,
        shapes=[
            {
                "type": "line", "x0": border, "x1": border, "y0": 0, "y1": 1, "yref": "paper",
                "line": {"color": GREY, "width": 1, "dash": "dot"},
            }
        ],
        annotations=[
            {
                "x": border, "y": 1, "yref": "paper", "yanchor": "top", "xanchor": anchor,
                "text": text, "showarrow": False, "font": {"size": 11, "color": MUTED},
            }
            for text, anchor in (("discovered ", "right"), (" confirmed", "left"))
        ],
    )  # fmt: skip
    for side, title, colour, shift in SIDES:
        own = frame.filter(pl.col("side") == side).sort("period")
        drawn.add_scatter(
            x=[period + shift for period in own["period"]],
            y=own["rate"].to_list(),
            mode="markers",
            name=title,
            marker={"size": 9, "color": colour, "symbol": "square" if shift > 0 else "circle"},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": (own["rate_high"] - own["rate"]).to_list(),
                "arrayminus": (own["rate"] - own["rate_low"]).to_list(),
                "color": colour,
                "thickness": 1.5,
                "width": 4,
            },
            hovertext=[
                f"{failures} of {batches} batches"
                for failures, batches in own.select("failures", "batches").iter_rows()
            ],
            hoverinfo="text",
        )
    return drawn
