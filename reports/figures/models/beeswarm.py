"""What moved each explained batch away from good ones, line by line, coloured by its value.

The lines are those of the batch pages (``finding.batch_contributions``), so that a dot here is a
bar of a waterfall there. A line is a cluster of features, named by the one that mostly leads it.
"""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from reports.figures.style import LOW_TO_HIGH, MUTED, axis, figure, row_height, rows_axis

SQL = """
WITH lines AS (
  SELECT c.*, list_sort(list_distinct(string_split(c.features, ', '))) AS members
  FROM finding.batch_contributions AS c
  JOIN model.verdicts AS p ON p.outcome = c.outcome AND p.gate = c.gate AND p.is_primary_gate
    AND p.verdict = 'process_signal'
),
foremost AS (
  SELECT outcome, members, sum(abs(contribution)) AS size, mode(title ORDER BY title) AS title
  FROM lines
  GROUP BY outcome, members
  QUALIFY row_number() OVER (
    PARTITION BY outcome ORDER BY sum(abs(contribution)) DESC, min(title)
  ) <= 8 AND sum(abs(contribution))
    >= 0.01 * max(sum(abs(contribution))) OVER (PARTITION BY outcome)
)
SELECT l.outcome, l.batch_id, l.contribution, f.size,
  concat(f.title, if(len(f.members) > 1, concat(' and ', len(f.members) - 1, ' more'), ''))
    AS title,
  CASE WHEN l.title = f.title AND l.good_high > l.good_low AND l.value IS NOT NULL
    THEN least(greatest((l.value - l.good_low) / (l.good_high - l.good_low), 0), 1)
    ELSE 0.5 END AS place
FROM lines AS l
JOIN foremost AS f ON f.outcome = l.outcome AND f.members = l.members
ORDER BY l.outcome, f.size DESC, title, l.contribution, l.batch_id
"""
MOST_POINTS_PER_ROW = 350
BINS = 60
HALF_ROW = 0.38


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw a swarm per line, widest effect on top.

    Args:
        frame: One row per batch and line of one outcome: title, contribution (probability of
            failing a margin, or log odds), place (of the leading value among those of good
            batches: 0 at their 5th percentile, 1 at their 95th; a half where it is not the line's
            own), sorted by size and contribution.
    """
    titles = frame["title"].unique(maintain_order=True).to_list()
    drawn = figure(
        height=row_height(len(titles), each=58),
        x=axis("SHAP contribution, against good batches", zeroline=True, zerolinecolor=MUTED),
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
