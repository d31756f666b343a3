"""What failures cost, by one way of dividing them: category, failure mode or stage of origin."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import BLUE, LEGEND, SKY, axis, figure, row_height, rows_axis
from reports.formats import money
from reports.wording import MODE_TITLE_SQL, phrase, stage

_AMOUNTS = """
  (SELECT CASE WHEN bool_and(is_proxy) THEN ', had each proxy been a loss' ELSE '' END
    FROM core.outcome_definitions WHERE severity = 'lost') AS condition,
  CAST(coalesce(sum(amount_usd) FILTER (WHERE is_avoidable), 0) AS DOUBLE) AS avoidable_usd,
  CAST(coalesce(sum(amount_usd) FILTER (WHERE NOT is_avoidable), 0) AS DOUBLE) AS allocated_usd
FROM economics.copq_ledger GROUP BY 1 ORDER BY sum(amount_usd) DESC, 1
"""
BY_CATEGORY_SQL = f"SELECT category AS part, {_AMOUNTS}"
BY_MODE_SQL = f"SELECT {MODE_TITLE_SQL} AS part, {_AMOUNTS}"
BY_STAGE_SQL = f"SELECT CAST(stage AS VARCHAR) AS part, {_AMOUNTS}"


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per part, avoidable cash and allocated cost stacked.

    Args:
        frame: One row per part: part, avoidable_usd, allocated_usd (USD over the whole ledger).
    """
    names = [phrase(part) for part in frame["part"]]
    return _bars(frame, names)


def draw_stages(frame: pl.DataFrame) -> go.Figure:
    """Draw one bar per stage of origin; ``part`` is the stage number or null."""
    return _bars(frame, [stage(part) for part in frame["part"]])


def _bars(frame: pl.DataFrame, names: list[str]) -> go.Figure:
    rows = list(range(frame.height))
    totals = (frame["avoidable_usd"] + frame["allocated_usd"]).to_list()
    widest = max([*totals, 1.0])
    drawn = figure(
        height=row_height(frame.height, extra=90),
        x=axis("USD, all on record", tickformat="$~s", range=[0, widest * 1.5], nticks=4),
        y=rows_axis(names),
        barmode="stack",
        bargap=0.45,
        **LEGEND,
    )
    drawn.update_layout(legend={"traceorder": "normal"})
    for column, title, colour in (
        ("avoidable_usd", "avoidable cash", BLUE),
        ("allocated_usd", "allocated cost", SKY),
    ):
        amounts = frame[column].to_list()
        drawn.add_bar(
            x=amounts,
            y=rows,
            orientation="h",
            name=title,
            marker={"color": colour},
            hovertext=[f"{title}: {money(amount).full}" for amount in amounts],
            hoverinfo="text",
        )
    drawn.add_scatter(
        x=totals,
        y=rows,
        mode="text",
        text=[f" {money(total).full}" for total in totals],
        textposition="middle right",
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )
    return drawn
