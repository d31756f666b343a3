"""How early failures could have been foretold: AUC on later batches, gate by gate."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, MUTED, axis, figure, gates_axis

SQL = """
SELECT outcome, gate, auc, auc_low, auc_high, auc_product
FROM model.verdicts WHERE auc IS NOT NULL ORDER BY outcome, gate
"""


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw AUC with its interval per gate beside product identity alone.

    Args:
        frame: One row per gate: gate, auc, auc_low, auc_high, auc_product.
    """
    gates = frame["gate"].to_list()
    drawn = figure(
        height=320,
        x=gates_axis(gates, "gate (end of the stage)"),
        y=axis("AUC on later batches", tickformat=".1f", dtick=0.1),
        **LEGEND,
    )
    drawn.add_hline(y=0.5, line={"color": MUTED, "width": 1, "dash": "dot"})
    drawn.add_scatter(
        x=gates,
        y=frame["auc_product"].to_list(),
        mode="lines+markers",
        name="product identity alone",
        line={"color": GREY, "dash": "dash", "width": 1.5},
        marker={"size": 5},
        hovertemplate="product only %{y:.2f}<extra></extra>",
    )
    drawn.add_scatter(
        x=gates,
        y=frame["auc"].to_list(),
        mode="lines+markers",
        name="with process records",
        line={"color": BLUE, "width": 2},
        marker={"size": 9},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (frame["auc_high"] - frame["auc"]).to_list(),
            "arrayminus": (frame["auc"] - frame["auc_low"]).to_list(),
            "color": BLUE,
            "thickness": 1.5,
            "width": 5,
        },
        hovertemplate="with process records %{y:.2f}<extra></extra>",
    )
    return drawn
