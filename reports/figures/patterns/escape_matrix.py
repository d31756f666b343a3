"""Where failures and deviations began, by where they were seen: counts, and cost where there is."""

import plotly.graph_objects as go
import polars as pl

from reports.figures.style import INK, PAPER, axis, figure, label
from reports.formats import money
from reports.wording import SHORT_STAGES

SQL = """
SELECT item, CASE item WHEN 'failed_batch' THEN 'Failed batches' ELSE 'Deviations' END
    || CASE WHEN bool_or(is_proxy) OVER (PARTITION BY item) THEN ', had each proxy been a loss'
       ELSE '' END AS heading,
  origin, detection, items, CAST(cost_usd AS DOUBLE) AS cost_usd
FROM finding.escape_matrix ORDER BY item DESC, origin, detection
"""
UNKNOWN = "unknown"
SHADES = [[0.0, "#e8f0f6"], [1.0, "#7fb8de"]]


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw a grid of stages, origin downwards, detection to the right, unknown at the end.

    Args:
        frame: The cells of one item: origin and detection (stage 1 to 7 as text, or unknown),
            items, cost_usd (null where the item carries no cost).
    """
    rows, columns = _between(frame["origin"], frame), _between(frame["detection"], frame)
    cells = {(o, d): (n, usd) for o, d, n, usd in
             frame.select("origin", "detection", "items", "cost_usd").rows()}  # fmt: skip
    heat = [[cells[o, d][0] if (o, d) in cells else None for d in columns] for o in rows]
    drawn = figure(
        height=110 + 58 * len(rows),
        x=axis(
            "seen at stage",
            tickmode="array",
            tickvals=list(range(len(columns))),
            ticktext=[_name(place) for place in columns],
            range=[-0.5, len(columns) - 0.5],
            showgrid=False,
            tickfont={"size": 11, "color": INK},
        ),
        y=axis(
            "began at stage",
            tickmode="array",
            tickvals=list(range(len(rows))),
            ticktext=[_name(place) for place in rows],
            range=[len(rows) - 0.5, -0.5],
            showgrid=False,
            tickfont={"size": 11, "color": INK},
        ),
    )
    drawn.add_heatmap(
        z=heat,
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        colorscale=SHADES,
        zmin=0,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    for (origin, detection), (items, usd) in cells.items():
        drawn.add_annotation(
            x=columns.index(detection),
            y=rows.index(origin),
            text=f"<b>{items}</b>" + (f"<br>{money(usd).value}" if usd is not None else ""),
            showarrow=False,
            font={"size": 12, "color": INK},
            bgcolor=PAPER,
        )
    return drawn


def _between(ends: pl.Series, frame: pl.DataFrame) -> list[str]:
    """Return the stages from the first to the last in the picture, and unknown where it occurs."""
    known = [int(p) for p in (*frame["origin"], *frame["detection"]) if p != UNKNOWN]
    stages = [str(s) for s in range(min(known), max(known) + 1)] if known else []
    is_all_unknown = set(ends) == {UNKNOWN}
    return ([] if is_all_unknown else stages) + ([UNKNOWN] if UNKNOWN in set(ends) else [])


def _name(place: str) -> str:
    return place if place == UNKNOWN else label(f"{place} {SHORT_STAGES[int(place)]}", 12)
