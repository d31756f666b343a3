"""The ladder of models on the same later batches, and what random cross-validation would claim."""

import plotly.graph_objects as go
import polars as pl

from data_contracts.codes.records import Validation
from reports.figures.style import (
    BLUE,
    GREY,
    LEGEND,
    axis,
    figure,
    reference_line,
    row_height,
    rows_axis,
    whisker,
)
from reports.formats import number
from reports.wording import MODELS, phrase

SQL = """
SELECT v.outcome, v.model, v.validation, v.auc, v.auc_low, v.auc_high
FROM model.validations AS v
JOIN model.verdicts AS p ON p.outcome = v.outcome AND p.gate = v.gate AND p.is_primary_gate
WHERE v.auc IS NOT NULL
  AND v.outcome IN (SELECT outcome FROM model.validations
    WHERE validation = 'rolling_origin' AND auc IS NOT NULL)
ORDER BY v.outcome, v.validation DESC, v.model
"""
CHANCE_AUC = 0.5


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw AUC with intervals forward in time; random cross-validation as open grey diamonds.

    Args:
        frame: One row per model and validation: model, validation, auc, auc_low, auc_high.
    """
    rungs = list(MODELS)
    models = sorted(
        frame["model"].unique(maintain_order=True),
        key=lambda model: rungs.index(model) if model in rungs else len(rungs),
    )
    place = {model: row for row, model in enumerate(models)}
    lowest = min([CHANCE_AUC, *frame["auc"].to_list(), *frame["auc_low"].drop_nulls().to_list()])
    drawn = figure(
        height=row_height(len(models), each=46, extra=110),
        x=axis("AUC", range=[max(0.0, lowest - 0.05), 1.02]),
        y=rows_axis([phrase(model, MODELS) for model in models]),
        **{**LEGEND, **reference_line(CHANCE_AUC, "chance")},
    )
    drawn.update_layout(legend={"y": 1.08})
    later = frame.filter(pl.col("validation") == Validation.ROLLING_ORIGIN)
    rows = [float(place[model]) for model in later["model"]]
    drawn.add_trace(
        whisker(later["auc_low"].to_list(), later["auc_high"].to_list(), rows, BLUE).update(
            showlegend=False
        )
    )
    drawn.add_scatter(
        x=later["auc"].to_list(),
        y=rows,
        mode="markers+text",
        name="forward in time: the evidence",
        marker={"size": 11, "color": BLUE},
        text=[number(*row).value for row in later.select("auc", "auc_low", "auc_high").iter_rows()],
        textposition="top center",
        cliponaxis=False,
        hovertext=[
            f"forward in time {number(*row).full}"
            for row in later.select("auc", "auc_low", "auc_high").iter_rows()
        ],
        hoverinfo="text",
    )
    shuffled = frame.filter(pl.col("validation") == Validation.RANDOM_CROSS_VALIDATION)
    drawn.add_scatter(
        x=shuffled["auc"].to_list(),
        y=[float(place[model]) for model in shuffled["model"]],
        mode="markers",
        name="random cross-validation: optimism, not evidence",
        marker={"size": 10, "color": GREY, "symbol": "diamond-open", "line": {"width": 1.5}},
        hovertemplate="random cross-validation %{x:.2f}<extra></extra>",
    )
    return drawn
