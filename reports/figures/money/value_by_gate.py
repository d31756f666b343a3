"""What acting at each gate is worth, before and after false alarms and the programme's cost."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, MUTED, axis, figure, gates_axis
from reports.formats import money

SQL = """
SELECT outcome, gate, gross_usd_p50, net_usd_p10, net_usd_p50, net_usd_p90
FROM economics.value_by_gate
WHERE net_usd_p50 IS NOT NULL ORDER BY outcome, gate
"""
RELEASE_GATE = 7  # nothing can be saved there: never the best gate


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw net value per gate with P10 to P90, and the gross value as a dashed line.

    Args:
        frame: One row per gate: gate, gross_usd_p50, net_usd_p10, net_usd_p50, net_usd_p90 (USD a
            year).
    """
    # Gates without a process signal have no value; the lines must not run across them.
    frame = pl.DataFrame({"gate": range(1, 8)}).join(frame, on="gate", how="left").sort("gate")
    gates = frame["gate"].to_list()
    net = frame["net_usd_p50"].to_list()
    drawn = figure(
        height=360,
        x=gates_axis(gates, "gate at which the plant acts"),
        y=axis("USD a year", tickformat="$~s", nticks=6, zeroline=True, zerolinecolor=MUTED),
        **LEGEND,
    )
    drawn.add_scatter(
        x=gates,
        y=frame["gross_usd_p50"].to_list(),
        mode="lines+markers",
        name="gross",
        line={"color": GREY, "dash": "dash", "width": 1.5},
        marker={"size": 5},
        hovertemplate="gross $%{y:.3s}<extra></extra>",
    )
    drawn.add_scatter(
        x=gates,
        y=net,
        mode="lines+markers",
        name="net, with P10 to P90",
        line={"color": BLUE, "width": 2},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (frame["net_usd_p90"] - frame["net_usd_p50"]).to_list(),
            "arrayminus": (frame["net_usd_p50"] - frame["net_usd_p10"]).to_list(),
            "color": BLUE,
            "thickness": 1.5,
            "width": 5,
        },
        hovertemplate="net $%{y:.3s}<extra></extra>",
    )
    best = int(frame.head(RELEASE_GATE - 1)["net_usd_p50"].arg_max() or 0)
    worth = money(net[best], frame["net_usd_p10"][best], frame["net_usd_p90"][best])
    drawn.add_annotation(
        x=gates[best],
        y=frame["net_usd_p90"][best],
        yshift=12,
        text=f"<b>{worth.value}</b>",
        showarrow=False,
        font={"color": BLUE, "size": 13},
    )
    return drawn
