"""Every batch's SHAP contributions, feature by feature, coloured by the feature's own value."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from reports.figures.style import LOW_TO_HIGH, MUTED, axis, figure, row_height, rows_axis

SQL = """
WITH foremost AS (
  SELECT a.outcome, a.gate, a.feature, avg(abs(a.contribution)) AS size
  FROM model.attributions AS a
  JOIN model.verdicts AS p ON p.outcome = a.outcome AND p.gate = a.gate AND p.is_primary_gate
    AND p.verdict = 'process_signal'
  WHERE a.is_leading
  GROUP BY a.outcome, a.gate, a.feature
  QUALIFY row_number() OVER (PARTITION BY a.outcome ORDER BY size DESC, a.feature) <= 8
)
SELECT a.outcome, coalesce(d.title, a.feature) AS title, a.batch_id, a.contribution, l.size,
  percent_rank() OVER (PARTITION BY a.outcome, a.feature ORDER BY a.value) AS place
FROM model.attributions AS a
JOIN foremost AS l USING (outcome, gate, feature)
LEFT JOIN feature.dictionary AS d USING (feature)
ORDER BY a.outcome, l.size DESC, title, a.contribution, a.batch_id
"""
MOST_POINTS_PER_ROW = 350
BINS = 60
HALF_ROW = 0.38


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw a swarm per feature, widest effect on top.

    Args:
        frame: One row per batch and feature of one outcome: title, contribution (margin or log
            odds), place (rank of the value among batches, 0 to 1), sorted by size and contribution.
    """
    titles = frame["title"].unique(maintain_order=True).to_list()
    drawn = figure(
        height=row_height(len(titles), each=58),
        x=axis("SHAP contribution to failure", zeroline=True, zerolinecolor=MUTED),
        y=rows_axis(titles),
    )
    for row, title in enumerate(titles):
        swarm = _thinned(frame.filter(pl.col("title") == title))
        drawn.add_scatter(
            x=[round(x, 5) for x in swarm["contribution"]],
            y=[round(row + offset, 3) for offset in _offsets(swarm["contribution"])],
            mode="markers",
            marker={
                "size": 5,
                "opacity": 0.75,
                "color": [round(place, 3) for place in swarm["place"]],
                "colorscale": LOW_TO_HIGH,
                "cmin": 0,
                "cmax": 1,
            },
            hoverinfo="skip",
        )
    return drawn


def _thinned(swarm: pl.DataFrame) -> pl.DataFrame:
    """Keep both tails whole and every k-th batch between: the picture stays, the file shrinks."""
    if swarm.height <= MOST_POINTS_PER_ROW:
        return swarm
    tail = MOST_POINTS_PER_ROW // 4
    middle = swarm.slice(tail, swarm.height - 2 * tail)
    every = -(-middle.height // (MOST_POINTS_PER_ROW - 2 * tail))
    return pl.concat([swarm.head(tail), middle.gather_every(every), swarm.tail(tail)])


def _offsets(contributions: pl.Series) -> list[float]:
    """Spread points of equal contribution up and down, so that none hides another."""
    low, high = float(str(contributions.min())), float(str(contributions.max()))
    width = (high - low) / BINS or 1.0
    bins = [int((x - low) / width) for x in contributions]
    fullest = max(bins.count(b) for b in set(bins))
    seen: dict[int, int] = {}
    offsets = [0.0] * len(bins)
    for i in np.random.default_rng(0).permutation(len(bins)):
        n = seen[bins[i]] = seen.get(bins[i], 0) + 1
        side = 1 if n % 2 else -1
        offsets[i] = side * HALF_ROW * (n // 2) / max(fullest / 2, 4)
    return offsets
