"""A small floor: one press whose maintenance, breakdowns and batches are known by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.time_to_failure.lives.lives import WHOLE
from assets.time_to_failure.lives.strata import Risk, Stratum

START = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)
PHASES: dict[str, Any] = {
    "batch_id": pl.String,
    "stage": pl.Int64,
    "unit_procedure": pl.String,
    "phase": pl.String,
    "equipment_id": pl.String,
    "shift": pl.String,
    "started_at": pl.Datetime("us"),
    "ended_at": pl.Datetime("us"),
}
EVENTS: dict[str, Any] = {
    "equipment_id": pl.String,
    "event": pl.String,
    "occurred_at": pl.Datetime("us"),
    "part": pl.String,
    "duration_h": pl.Float64,
}
OUTCOMES = {"batch_id": pl.String, "outcome": pl.String, "is_failure": pl.Boolean}


def day(n: float) -> datetime:
    return START + timedelta(days=n)


def phase_frame(days: list[float], unit: str = "PRS-1") -> pl.DataFrame:
    """One batch a day of the list, four hours each."""
    rows = [
        (
            f"{unit}-{n:03d}",
            4,
            "compression",
            "production",
            unit,
            "early",
            day(d),
            day(d) + timedelta(hours=4),
        )
        for n, d in enumerate(days)
    ]
    return pl.DataFrame(rows, schema=PHASES, orient="row")


def event_frame(*rows: tuple[str, str, float, str | None, float]) -> pl.DataFrame:
    """Rows of equipment, event, day, part (None for the whole equipment), hours."""
    return pl.DataFrame(
        [(unit, event, day(at), part or WHOLE, hours) for unit, event, at, part, hours in rows],
        schema=EVENTS,
        orient="row",
    )


def stratum_of(
    exits: list[float],
    events: list[int],
    entries: list[float] | None = None,
    event: str = "breakdown",
    origin: str = "maintenance",
) -> Stratum:
    """A question with the given spells, each its own life."""
    entry = np.zeros(len(exits)) if entries is None else np.array(entries, dtype=float)
    risk = Risk(
        entry,
        np.array(exits, dtype=float),
        np.array(events, dtype=bool),
        np.arange(len(exits), dtype=np.int64),
    )
    lives = len(exits)
    return Stratum("compression", origin, "turret", event, "batches", 1, lives, 0, 0, False, risk)


@pytest.fixture
def floor() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Ten batches; maintained on day 2, broken down on day 5, maintained on days 5 and 8."""
    events = event_frame(
        ("PRS-1", "maintenance", 1.5, "turret", 12.0),
        ("PRS-1", "breakdown", 4.5, "turret", 0.0),
        ("PRS-1", "maintenance", 4.5, "turret", 6.0),
        ("PRS-1", "maintenance", 7.5, "turret", 6.0),
    )
    return phase_frame([float(n) for n in range(10)]), events
