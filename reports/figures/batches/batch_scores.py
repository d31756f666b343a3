"""Batches in the two directions in which normal ones vary most."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, GREY, LEGEND, ORANGE, axis, figure

# Per product the stage whose trajectories have most columns; four products at most.
SQL = """
WITH shown AS (
  SELECT model FROM (
    SELECT model, batches,
      row_number() OVER (PARTITION BY product ORDER BY columns DESC, model) AS place
    FROM model.multivariate_models
    WHERE fit_state = 'fitted' AND kind = 'trajectories' AND components > 1
  ) WHERE place = 1 ORDER BY batches DESC, model LIMIT 4
)
SELECT s.product, s.model, s.gate, s.batch_id, s.score_1, s.score_2, s.membership,
  bool_or(s.is_beyond) AS is_beyond, max(s.value / s."limit") AS times
FROM finding.multivariate_scores AS s JOIN shown USING (model)
WHERE s.score_1 IS NOT NULL AND s.score_2 IS NOT NULL AND s.value IS NOT NULL
GROUP BY ALL ORDER BY s.product, s.batch_id
"""
GROUPS = (
    ("within both limits", BLUE, "circle", 6),
    ("left out of the reference, within both limits", GREY, "circle-open", 7),
    ("beyond a limit", ORANGE, "diamond", 10),
)
NAMED = 4


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one dot per batch; those furthest beyond are named.

    Args:
        frame: One row per batch of one model: scores, role, is_beyond, times the limit.
    """
    drawn = figure(
        height=400,
        x=axis("first direction (score)", zeroline=True),
        y=axis("second direction (score)", zeroline=True),
        **LEGEND,
    )
    beyond, left_out = pl.col("is_beyond"), pl.col("membership") == "excluded"
    parts = (frame.filter(~beyond & ~left_out), frame.filter(~beyond & left_out),
             frame.filter(beyond))  # fmt: skip
    for (name, colour, symbol, size), part in zip(GROUPS, parts, strict=True):
        if part.is_empty():
            continue
        worst = set(part.sort("times", descending=True)["batch_id"].head(NAMED))
        is_named = symbol == "diamond"
        drawn.add_scatter(
            x=part["score_1"].to_list(),
            y=part["score_2"].to_list(),
            mode="markers+text" if is_named else "markers",
            name=name,
            text=[batch if is_named and batch in worst else "" for batch in part["batch_id"]],
            textposition="top center",
            marker={"color": colour, "symbol": symbol, "size": size},
            hovertext=[
                f"{batch}: {times:.2f} times the limit"
                for batch, times in part.select("batch_id", "times").iter_rows()
            ],
            hoverinfo="text",
        )
    return drawn
