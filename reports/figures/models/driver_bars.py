"""What the models lean on: drivers by their share of what was foretold, with rank intervals."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, SKY, axis, figure, row_height, rows_axis
from reports.formats import share

SQL = """
SELECT outcome, rank, title, share, rank_low, rank_high, is_named FROM finding.drivers
WHERE (outcome, gate) IN (SELECT (outcome, gate) FROM model.verdicts WHERE is_primary_gate)
  AND verdict = 'process_signal' AND share IS NOT NULL ORDER BY outcome, rank
"""
MOST_BARS = 12


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per driver; drivers that keep sign and place over refits are dark.

    Args:
        frame: One row per driver of one outcome: rank, title, share (0 to 1 of what all clusters
            foretold), rank_low, rank_high, is_named.
    """
    shown = frame.head(MOST_BARS)
    widest = max(shown["share"].to_list())
    drawn = figure(
        height=row_height(shown.height, each=52),
        x=axis(
            "share of what was foretold (rank over refits)",
            tickformat=".0%",
            nticks=5,
            range=[0, widest * 1.6],
        ),
        y=rows_axis([f"{rank}. {title}" for rank, title in shown.select("rank", "title").rows()]),
        bargap=0.45,
    )
    drawn.add_bar(
        x=shown["share"].to_list(),
        y=list(range(shown.height)),
        orientation="h",
        marker={"color": [BLUE if named else SKY for named in shown["is_named"]]},
        text=[_text(*row) for row in shown.select("share", "rank_low", "rank_high").iter_rows()],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    return drawn


def _text(part: float, rank_low: int | None, rank_high: int | None) -> str:
    written = share(part).full
    if rank_low is None or rank_high is None:
        return written
    place = f"{rank_low}" if rank_low == rank_high else f"{rank_low} to {rank_high}"
    return f"{written} ({place})"
