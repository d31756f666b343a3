"""The table of speed: figures with their bars, and the rows they are kept as.

A figure is a row ``(name, value, unit)``. Most are ratios of processor seconds inside one run, so
that a slower or busier machine moves both sides alike.
"""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = tuple[str, float, str]


@dataclass(frozen=True)
class Bar:
    """What a figure is held to.

    Attributes:
        value: The bar, in the unit of the figure.
        is_least: Whether more is better; else less is.
    """

    value: float
    is_least: bool

    def is_met(self, figure: float) -> bool:
        """Whether a figure stands up to it."""
        return figure >= self.value if self.is_least else figure <= self.value

    def share(self, figure: float, before: float) -> float:
        """How good a figure is beside one of before: 1 for as good, 0.8 for a fifth worse."""
        better, worse = (figure, before) if self.is_least else (before, figure)
        if worse == 0:
            return 1.0 if better == 0 else float("inf")
        return better / worse

    def __str__(self) -> str:
        return f"{'at least' if self.is_least else 'at most'} {self.value:g}"


def least(value: float) -> Bar:
    """More is better."""
    return Bar(value, is_least=True)


def most(value: float) -> Bar:
    """Less is better."""
    return Bar(value, is_least=False)


def table(rows: Iterable[Row], bars: dict[str, Bar]) -> list[str]:
    """Lay out figures, and bars that nothing was measured for, in lines.

    Args:
        rows: What was measured, in order.
        bars: By name of the figure.

    Returns:
        A heading and a line a figure: name, figure, bar, unit, and a mark where the bar is missed.
    """
    cells = [("name", "figure", "bar", "unit", "")]
    measured = set()
    for name, value, unit in rows:
        bar = bars.get(name)
        missed = "" if bar is None or bar.is_met(value) else "missed"
        cells.append((name, shown(value), "" if bar is None else str(bar), unit, missed))
        measured.add(name)
    cells += [(name, "", str(bar), "", "not measured") for name, bar in bars.items()
              if name not in measured]  # fmt: skip
    widths = [max(len(row[k]) for row in cells) for k in range(4)]
    return [
        f"{n:<{widths[0]}}  {f:>{widths[1]}}  {b:<{widths[2]}}  {u:<{widths[3]}}  {m}".rstrip()
        for n, f, b, u, m in cells
    ]


def shown(value: float) -> str:
    """Three digits of a figure that matter."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.1e}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine() -> str:
    """What machine this is, as far as speed goes: its processor and how many there are."""
    described = Path("/proc/cpuinfo")
    named = [
        line.partition(":")[2].strip()
        for line in (described.read_text("utf-8").splitlines() if described.exists() else ())
        if line.startswith("model name")
    ]
    return f"{os.cpu_count()} x {named[0] if named else platform.machine()}"


def kept_rows(rows: Sequence[Row], load: float) -> list[dict[str, Any]]:
    """Rows as the history keeps them; the record adds commit and date."""
    where = machine()
    return [
        {"machine": where, "name": name, "value": float(f"{value:.5g}"), "unit": unit,
         "load": round(load, 1)}
        for name, value, unit in rows
    ]  # fmt: skip
