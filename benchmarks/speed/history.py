"""What earlier runs on this machine measured, and which figures have fallen since.

A figure is compared with the median of its last rows at a comparable load, so that a busy hour is
held to busy hours.
"""

import os
import statistics
from collections.abc import Iterable

import polars as pl

from benchmarks.speed.figures import Bar, Row, shown

FALL = 0.15
LAST_ROWS = 5
# Work that waits per core: nobody waits, two or three share a core, a crowd.
LOADS = (1.0, 3.0)


def load_class(load: float, cores: int | None = None) -> int:
    """Which of the loads that can be compared this is: 0 quiet, 1 shared, 2 crowded.

    Args:
        load: Load average.
        cores: By default this machine's.
    """
    of_core = load / (cores or os.cpu_count() or 1)
    return sum(of_core > edge for edge in LOADS)


def before(history: pl.DataFrame, name: str, machine: str, load: float) -> float | None:
    """The figure as it last was on this machine at such a load, or None where it never was.

    Args:
        history: Rows with ``machine``, ``name``, ``value`` and ``load``, oldest first.
        name: The figure.
        machine: As ``figures.machine`` says it.
        load: Load average now.
    """
    rows = history.filter((pl.col("name") == name) & (pl.col("machine") == machine))
    alike = [
        value
        for value, then in rows.select("value", "load").rows()
        if load_class(then) == load_class(load)
    ]
    return statistics.median(alike[-LAST_ROWS:]) if alike else None


def comparable(
    rows: Iterable[Row], bars: dict[str, Bar], history: pl.DataFrame, machine: str, load: float
) -> int:
    """How many figures have a bar and were measured before, on this machine at such a load."""
    return sum(
        name in bars and before(history, name, machine, load) is not None for name, _, _ in rows
    )


def fallen(
    rows: Iterable[Row], bars: dict[str, Bar], history: pl.DataFrame, machine: str, load: float
) -> dict[str, str]:
    """Which figures are worse than before by more than ``FALL``, and by how much, in words.

    Figures without a bar have no better and worse, and are not compared.
    """
    found = {}
    for name, value, unit in rows:
        then = before(history, name, machine, load)
        bar = bars.get(name)
        if bar is None or then is None:
            continue
        share = bar.share(value, then)
        if share < 1 - FALL:
            found[name] = (
                f"{name}: {shown(value)} {unit}, was {shown(then)} ({1 - share:.0%} worse)"
            )
    return found
