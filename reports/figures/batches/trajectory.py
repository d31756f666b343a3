"""One tag through one phase of a batch, against the envelope of good batches."""

from collections.abc import Sequence
from typing import Any

from reports.figures.batches.plain import Figure, plain_axis, plain_figure
from reports.figures.style import BLUE, ORANGE

SPREADS = 2.0


def draw(
    steps: Sequence[int],
    own: Sequence[float | None],
    centre: Sequence[float],
    spread: Sequence[float],
    unit: str,
) -> Figure:
    """Draw a trajectory.

    Args:
        steps: Steps of progress of the envelope.
        own: Mean reading of the batch in each.
        centre: Median of good batches.
        spread: Robust standard deviation between them.
        unit: Of the tag.
    """
    low = [_short(c - SPREADS * s) for c, s in zip(centre, spread, strict=True)]
    high = [_short(c + SPREADS * s) for c, s in zip(centre, spread, strict=True)]
    x = list(steps)
    plain: dict[str, Any] = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip"}
    band = {"line": {"width": 0}, "showlegend": False}
    data: list[dict[str, Any]] = [
        plain | band | {"y": low},
        plain
        | {"y": high, "line": {"width": 0}, "fill": "tonexty", "name": "good batches"}
        | {"fillcolor": "rgba(11,90,143,.16)"},
        plain
        | {"y": [_short(c) for c in centre], "line": {"color": BLUE, "width": 1}}
        | {"showlegend": False},
        {"type": "scatter", "mode": "lines", "x": x, "y": [_short(value) for value in own]}
        | {"line": {"color": ORANGE, "width": 2}, "name": "this batch"}
        | {"hovertemplate": "step %{x}: %{y:.4g}<extra></extra>"},
    ]
    return plain_figure(
        data, height=230, x=plain_axis("step of progress, of 32"), y=plain_axis(unit)
    )


def _short(value: float | None) -> float | None:
    """Six digits: what a chart shows, in half the bytes."""
    return None if value is None else float(f"{value:.6g}")
