"""The smallest excursion seen in nine of ten batches, by parameter and kind."""

import numpy as np
import plotly.graph_objects as go
import polars as pl

from reports.figures.style import INK, MUTED, PAPER, axis, figure, label

SQL = """
SELECT size_unit, stage, kind,
  replace(concat_ws(', ', unit_procedure, phase, tag), '_', ' ') AS parameter,
  smallest_seen, largest_tried, batches
FROM evidence.detection_curves WHERE detector = 'any' AND product = 'all products'
ORDER BY size_unit DESC, stage, parameter, kind
"""
# The darker, the smaller what is seen; a cell without colour is seen at no size.
SHADES = [[0.0, "#0b5a8f"], [0.5, "#7fb8de"], [1.0, "#e8f0f6"]]
PALE_FROM = 0.3


def draw(frame: pl.DataFrame) -> go.Figure:
    """Draw a grid, parameters downwards, kinds to the right.

    Args:
        frame: Cells of kinds sized alike: parameter, kind, smallest_seen (null where not even the
            largest is seen), largest_tried, batches (0 where none could be tried).
    """
    rows = frame["parameter"].unique(maintain_order=True).to_list()
    columns = frame["kind"].unique(maintain_order=True).to_list()
    cells = {
        (parameter, kind): (smallest, batches)
        for parameter, kind, smallest, batches in frame.select(
            "parameter", "kind", "smallest_seen", "batches"
        ).rows()
    }
    sizes = frame["smallest_seen"].drop_nulls()
    low = float(np.log2(np.min(sizes.to_numpy()))) if len(sizes) else 0.0
    high = float(np.log2(np.max(frame["largest_tried"].to_numpy())))
    heat = [[_height(cells.get((row, column)), low, high) for column in columns] for row in rows]
    drawn = figure(
        height=90 + 42 * len(rows),
        x=axis(
            tickmode="array", tickvals=list(range(len(columns))), ticktext=columns, side="top",
            range=[-0.5, len(columns) - 0.5], showgrid=False, tickfont={"size": 11, "color": INK},
        ),
        y=axis(
            tickmode="array", tickvals=list(range(len(rows))),
            ticktext=[label(row, 18) for row in rows],
            range=[len(rows) - 0.5, -0.5], showgrid=False, tickfont={"size": 9, "color": INK},
        ),
    )  # fmt: skip
    drawn.add_heatmap(
        z=heat, x=list(range(len(columns))), y=list(range(len(rows))), colorscale=SHADES, zmin=0,
        zmax=1, showscale=False, xgap=2, ygap=2, hoverinfo="skip",
    )  # fmt: skip
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            text, colour = _written(cells.get((row, column)), heat[y][x])
            drawn.add_annotation(
                x=x, y=y, text=text, showarrow=False, font={"size": 9, "color": colour},
                bgcolor=PAPER,
            )  # fmt: skip
    return drawn


def _height(cell: tuple[float | None, int] | None, low: float, high: float) -> float | None:
    if cell is None or cell[0] is None:
        return None
    return float((np.log2(cell[0]) - low) / (high - low)) if high > low else 0.0


def _written(cell: tuple[float | None, int] | None, height: float | None) -> tuple[str, str]:
    if cell is None or not cell[1]:
        return "-", MUTED
    if cell[0] is None or height is None:
        return "never", MUTED
    return f"<b>{cell[0]:.2g}</b>", INK if height > PALE_FROM else "#ffffff"
