"""A programme under way, counted by hand: twelve batches before it, eight since, two levers."""

from datetime import date, datetime
from fractions import Fraction

import polars as pl

from data_contracts.assumptions import HeldLever, Promise

START = date(2026, 1, 1)
# Stated last and met first: lots come before the window in the chain of the set.
WINDOW = HeldLever("window.failure", "moisture_pct", 1.8, 2.5, Fraction(9, 10))
LOTS = HeldLever("lots.failure", "d50_um", None, 60.0, Fraction(1, 2))
PROMISE = Promise(
    START, Fraction(4, 100), Fraction(1, 100), "Head of production", (12, 300, 1.0), (WINDOW, LOTS)
)
# Batch, day, moisture, particle size, failed (None: pending).
BATCHES: list[tuple[str, datetime, float | None, float | None, bool | None]] = [
    ("S1", datetime(2026, 1, 1), 1.8, 50.0, False),  # noqa: DTZ001 (instants are naive UTC)
    ("S2", datetime(2026, 1, 9), 2.5, 70.0, False),  # noqa: DTZ001
    ("S3", datetime(2026, 1, 20), 2.6, 60.0, True),  # noqa: DTZ001
    ("S4", datetime(2026, 1, 31), None, 61.0, False),  # noqa: DTZ001
    ("S5", datetime(2026, 2, 3), 2.0, None, False),  # noqa: DTZ001
    ("S6", datetime(2026, 2, 4), 1.7, None, True),  # noqa: DTZ001
    ("S7", datetime(2026, 2, 5), 2.1, None, None),  # noqa: DTZ001
    ("S8", datetime(2026, 4, 1), 2.2, 40.0, False),  # noqa: DTZ001
]


def tables_under_way() -> dict[str, pl.DataFrame]:
    """The tables the two functions take, by name; no margin is on record."""
    before = [(f"A{i:02d}", datetime(2025, 1 + i, 15), 3.0, 90.0, i == 0) for i in range(12)]  # noqa: DTZ001
    every = [*before, *BATCHES]
    ids = [row[0] for row in every]
    values = [
        (row[0], gate, feature, value)
        for row in every
        for gate, feature, value in ((3, "moisture_pct", row[2]), (1, "d50_um", row[3]))
    ]
    # An earlier gate's reading is superseded by the last one.
    values.append(("S1", 2, "moisture_pct", 9.0))
    failed = [row[4] for row in every]
    return {
        "batches": pl.DataFrame(
            {
                "batch_id": ids,
                "product": "P",
                "started_at": [row[1] for row in every],
                "started_at_precision": "instant",
                "failure_mode": ["assay" if each else None for each in failed],
            }
        ),
        "outcomes": pl.DataFrame(
            {"batch_id": ids, "outcome": "failure", "is_failure": failed}, strict=False
        ),
        "outcome_definitions": pl.DataFrame(
            {"outcome": ["failure"], "is_proxy": [False], "first_known_stage": [6]}
            | {"severity": ["lost"]}
        ),
        "outcome_margins": pl.DataFrame(
            schema={
                "batch_id": pl.String,
                "outcome": pl.String,
                "quantity": pl.String,
                "margin": pl.Float64,
                "is_censored": pl.Boolean,
            }
        ),
        "gate_values": pl.DataFrame(
            values,
            schema={
                "batch_id": pl.String,
                "gate": pl.Int64,
                "feature": pl.String,
                "value": pl.Float64,
            },
            orient="row",
        ),
        "savings_tracker": pl.DataFrame(
            {
                "month": [date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)],
                "e_value": [1.1, 1.4, 21.0],
                "is_promise": True,
            }
        ),
    }
