"""What an alert would have caught and cried wolf over, at each alarm budget."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, LEGEND, ORANGE, axis, figure
from reports.formats import share

SQL = """
SELECT a.outcome, a.alarm_budget, a.sensitivity, a.sensitivity_low, a.sensitivity_high,
  a.false_alarm_rate, a.false_alarm_low, a.false_alarm_high
FROM model.alarm_performance AS a
JOIN model.verdicts AS p ON p.outcome = a.outcome AND p.gate = a.gate AND p.is_primary_gate
WHERE a.sensitivity IS NOT NULL AND a.false_alarm_rate IS NOT NULL
ORDER BY a.outcome, a.alarm_budget
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw the share of failures caught and of good batches alarmed, with intervals.

    Args:
        frame: One row per alarm budget of one outcome, shares 0 to 1.
    """
    budgets = [f"budget {share(budget).full}" for budget in frame["alarm_budget"]]
    places = list(range(len(budgets)))
    drawn = figure(
        height=320,
        x=axis(
            "share of batches the plant is ready to look at",
            tickmode="array",
            tickvals=places,
            ticktext=budgets,
            range=[-0.5, len(budgets) - 0.5],
            showgrid=False,
        ),
        y=axis("share of batches", tickformat=".0%", range=[-0.02, 1.08]),
        **LEGEND,
    )
    for value, low, high, title, colour, shift in (
        ("sensitivity", "sensitivity_low", "sensitivity_high", "failures caught", BLUE, -0.08),
        ("false_alarm_rate", "false_alarm_low", "false_alarm_high", "false alarms", ORANGE, 0.08),
    ):
        drawn.add_scatter(
            x=[place + shift for place in places],
            y=frame[value].to_list(),
            mode="markers+text",
            name=title,
            marker={"size": 10, "color": colour, "symbol": "circle" if shift < 0 else "square"},
            text=[share(*row).value for row in frame.select(value, low, high).iter_rows()],
            textposition="middle left" if shift < 0 else "middle right",
            textfont={"color": colour},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": (frame[high] - frame[value]).to_list(),
                "arrayminus": (frame[value] - frame[low]).to_list(),
                "color": colour,
                "thickness": 1.5,
                "width": 4,
            },
            hoverinfo="skip",
        )
    return drawn
