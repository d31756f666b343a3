"""What happened to a batch and around it, on one line of time: phases, deviations, equipment."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures.batches.plain import MARGIN, Figure, plain_axis, plain_figure
from reports.figures.style import BLUE, GREEN, GREY, ORANGE, label

COLOURS = {"phase": BLUE, "deviation": ORANGE, "equipment": GREEN, "result": GREY}


@dataclass(frozen=True)
class Happening:
    """One thing on the line.

    Attributes:
        kind: ``phase``, ``deviation``, ``equipment`` or ``result``.
        row: Row it stands on.
        text: What happened.
        began: ISO instant.
        ended: ISO instant; None for what has no length.
    """

    kind: str
    row: str
    text: str
    began: str
    ended: str | None = None


def draw(happenings: Sequence[Happening]) -> Figure:
    """Draw the line, a row per stage, deviation or piece of equipment."""
    rows = list(dict.fromkeys(each.row for each in happenings))
    data = []
    for kind, colour in COLOURS.items():
        own = [each for each in happenings if each.kind == kind]
        if not own:
            continue
        x: list[str | None] = []
        y: list[int | None] = []
        text: list[str] = []
        for each in own:
            x += [each.began, each.ended or each.began, None]
            y += [rows.index(each.row)] * 2 + [None]
            text += [each.text] * 3
        data.append(
            {"type": "scatter", "mode": "lines+markers", "x": x, "y": y, "text": text}
            | {"name": kind, "line": {"color": colour, "width": 5}}
            | {"marker": {"color": colour, "size": 8, "symbol": "line-ns-open"}}
            | {"hovertemplate": "%{text}<br>%{x}<extra></extra>"}
        )
    return plain_figure(
        data,
        height=30 * len(rows) + 90,
        # A fixed margin: on a phone dates and room for them would chase one another.
        x=plain_axis(type="date", automargin=False, tickangle=0, nticks=4),
        margin={**MARGIN, "b": 36},
        y=plain_axis(
            tickmode="array",
            tickvals=list(range(len(rows))),
            ticktext=[label(row, 26) for row in rows],
            range=[len(rows) - 0.5, -0.5],
            showgrid=False,
        ),
    )
