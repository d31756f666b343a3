"""A parameter over consecutive batches: good ones, failed ones, and the batch asked about."""

from collections.abc import Sequence

from reports.figures.batches.plain import Figure, plain_axis, plain_figure
from reports.figures.style import BLUE, GREY, INK, ORANGE

MARKS = (
    ("good", GREY, "circle", 5),
    ("failed", ORANGE, "x", 8),
    ("not known yet", BLUE, "circle-open", 6),
)


def draw(
    batches: Sequence[str],
    values: Sequence[float],
    results: Sequence[str],
    unit: str,
    asked: str | None = None,
    band: tuple[float, float] | None = None,
) -> Figure:
    """Draw a parameter over batches.

    Args:
        batches: In production order.
        values: Per batch, as recorded.
        results: Per batch, ``good``, ``failed`` or ``not known yet``.
        unit: Of the parameter.
        asked: The batch a page is about; None on the page of a parameter.
        band: 5th and 95th percentile of the good batches the asked one is held against.
    """
    place = list(range(len(batches)))
    data = []
    for name, colour, symbol, size in MARKS:
        own = [i for i in place if results[i] == name and batches[i] != asked]
        if own:
            data.append(_points(own, batches, values, name, colour, symbol, size))
    own = [i for i in place if batches[i] == asked]
    if own:
        data.append(_points(own, batches, values, "this batch", INK, "diamond", 11))
    shapes = []
    if band is not None:
        shapes.append(
            {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": band[0], "y1": band[1]}
            | {"fillcolor": "rgba(11,90,143,.10)", "line": {"width": 0}, "layer": "below"}
        )
    ticks = sorted({0, len(batches) - 1}) if batches else []
    x = plain_axis(
        tickmode="array",
        tickvals=ticks,
        ticktext=[batches[i] for i in ticks],
        range=[-1, len(batches)],
        showgrid=False,
    )
    return plain_figure(data, height=240, x=x, y=plain_axis(unit), shapes=shapes)


def _points(
    own: Sequence[int],
    batches: Sequence[str],
    values: Sequence[float],
    name: str,
    colour: str,
    symbol: str,
    size: int,
) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(own),
        "y": [float(f"{values[i]:.6g}") for i in own],
        "text": [batches[i] for i in own],
        "name": name,
        "marker": {"color": colour, "symbol": symbol, "size": size},
        "hovertemplate": "%{text}: %{y:.4g}<extra></extra>",
    }
