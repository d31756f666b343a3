"""The screening picture: every quantity by how stable and how capable it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

WIDTH, HEIGHT = 640.0, 360.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 36.0
LEAST_RATIO, MOST_RATIO = 0.5, 8.0
LEAST_INDEX, MOST_INDEX = 0.0, 3.0
RATIO_MARKS, INDEX_MARKS = (0.5, 1, 2, 4, 8), (0, 0.67, 1, 1.33, 2, 3)


@dataclass(frozen=True)
class ScreenedQuantity:
    """One quantity in the picture.

    Attributes:
        chart_id: Its chart.
        x: Pixels from the left.
        y: Pixels from the top.
        standing: As ``finding.capability`` has it.
        title: In words.
    """

    chart_id: str
    x: float
    y: float
    standing: str
    title: str


def screening(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Place every quantity that has both numbers; what lies beyond the picture stands at its edge.

    Args:
        rows: With ``chart_id``, ``ppk``, ``stability_ratio``, ``standing``.
    """
    found = [
        ScreenedQuantity(
            row["chart_id"],
            round(_x(row["stability_ratio"]), 1),
            round(_y(row["ppk"]), 1),
            row["standing"],
            f"{row['chart_id']}: Ppk {row['ppk']:.2f}, stability ratio "
            f"{row['stability_ratio']:.2f}",
        )
        for row in rows
        if row["ppk"] is not None and row["stability_ratio"] is not None
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
        "quantities": found,
        "ratio_marks": [(mark, round(_x(mark), 1)) for mark in RATIO_MARKS],
        "index_marks": [(mark, round(_y(mark), 1)) for mark in INDEX_MARKS],
    }


def _x(ratio: float) -> float:
    share = log(min(max(ratio, LEAST_RATIO), MOST_RATIO) / LEAST_RATIO) / log(
        MOST_RATIO / LEAST_RATIO
    )
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(index: float) -> float:
    share = (min(max(index, LEAST_INDEX), MOST_INDEX) - LEAST_INDEX) / (MOST_INDEX - LEAST_INDEX)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
