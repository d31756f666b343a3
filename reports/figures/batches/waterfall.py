"""How a prediction comes from what good batches are predicted to what the batch is: a waterfall."""

from typing import Any

from reports.figures.batches.plain import MARGIN, Figure, plain_axis, plain_figure
from reports.figures.style import BLUE, GREY, MUTED, ORANGE, label

SHOWN_LINES, LEAST_SHARE = 8, 0.01  # of the largest: a bar nobody could see


def draw(explanation: Any) -> Figure:
    """Draw a waterfall.

    Args:
        explanation: A ``shap.Explanation`` of one batch.

    Returns:
        The figure: the largest lines by size, everything else as one line, summed from the base.
    """
    values = [float(value) for value in explanation.values]
    names = list(explanation.feature_names)
    order = sorted(range(len(values)), key=lambda i: -abs(values[i]))
    least = abs(values[order[0]]) * LEAST_SHARE if order else 0.0
    shown = [i for i in order[:SHOWN_LINES] if abs(values[i]) >= least]
    rest = order[len(shown) :]
    bars = [(names[i], values[i]) for i in shown]
    if rest:
        bars.append((f"{len(rest)} other lines", sum(values[i] for i in rest)))
    base = float(explanation.base_values)
    starts, at = [], base
    for _, value in bars:
        starts.append(at)
        at += value
    rows = list(range(len(bars)))
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "x": [value for _, value in bars],
        "base": starts,
        "marker": {"color": [ORANGE if value > 0 else BLUE for _, value in bars]},
        "hovertemplate": "%{x:+.3g}<extra></extra>",
    }
    lines = [
        {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
        | {"line": {"color": colour, "width": 1, "dash": "dot"}}
        for x, colour in ((base, GREY), (at, MUTED))
    ]
    notes = [
        {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": shift, "showarrow": False}
        | {"text": text, "font": {"size": 11, "color": MUTED}, "xanchor": anchor}
        # Towards one another, one above the other: outwards a phone has no room for them.
        for x, text, anchor, shift in (
            (base, "good batches", "left" if at > base else "right", 0),
            (at, "this batch", "right" if at > base else "left", 13),
        )
    ]
    low, high = min([base, at, *starts]), max([base, at, *starts])
    room = (high - low or 1.0) * 0.35
    return plain_figure(
        [trace],
        height=40 * len(bars) + 104,
        x=plain_axis("predicted risk", range=[low - room, high + room]),
        y=plain_axis(
            tickmode="array",
            tickvals=rows,
            ticktext=[label(name) for name, _ in bars],
            range=[len(bars) - 0.5, -0.5],
            showgrid=False,
        ),
        showlegend=False,
        margin={**MARGIN, "t": 38},
        shapes=lines,
        annotations=notes,
    )
