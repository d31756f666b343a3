"""Small plants whose precursors are known: batches, phases and events, nothing else.

Two lines of three products in campaigns, one deviation type and one equipment event planted before
failures at a lag of hours to weeks, among a dozen that come before nothing. In ``busy`` plants
nothing is planted, but in busy weeks production, every kind of event and failures rise together.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.precursors.search import EventRecords
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty

START = datetime(2021, 1, 4, tzinfo=UTC).replace(tzinfo=None)
HOUR = timedelta(hours=1)
STEPS = (("granulation", 3, 4.0), ("compression", 4, 10.0), ("coating", 4, 8.0))
CATEGORIES = ("weighing", "documentation", "environment", "label_count", "equipment_alarm")
EQUIPMENT_EVENTS = ("cleaning", "calibration", "maintenance", "breakdown")
# As strong as the planted rules: 2% outside, 45% after the event, some 45 failures after events in
# 2,000 batches.
BASE_RISK, RISK_AFTER = 0.02, 0.45
EXPOSED_SHARE = 0.05
DELAY_SPREAD = 0.15
PACE_H = 88.0
FORMS = ("window", "delay")


@dataclass(frozen=True)
class PrecursorPlant:
    """A plant and its truth.

    Attributes:
        records: The tables the search reads.
        event_type: The event planted, None where nothing is.
        form: ``window``: risk is raised for this many hours after the event; ``delay``: it is
            raised that many hours later, within 15%.
        lag_h: The lag planted, in hours.
        failures: Failed batches.
    """

    records: EventRecords
    event_type: str | None
    form: str | None
    lag_h: float
    failures: int


def precursor_plant(kind: str, seed: int, batches: int = 2000) -> PrecursorPlant:
    """Make a plant.

    Args:
        kind: ``planted``, ``busy`` or ``null``.
        seed: Seed of everything.
        batches: Number of batches, two lines together.
    """
    draws = np.random.default_rng([seed, 7])
    is_busy_plant = kind == "busy"
    busy = _busy_spells(draws, batches) if is_busy_plant else np.empty((0, 2))
    frame = _batches(draws, batches, busy)
    span_h = float(frame["at_h"].max()) + 100.0  # type: ignore[arg-type]
    events = _background(draws, span_h, busy)
    planted = form = None
    lag_h, risk = 0.0, np.full(batches, BASE_RISK)
    if kind == "planted":
        planted, form, lag_h = _plan(draws, seed)
        width_h = lag_h * (1.0 if form == "window" else 2 * DELAY_SPREAD)
        count = round(EXPOSED_SHARE * batches * PACE_H / width_h)
        at = np.sort(draws.uniform(0, span_h, count))
        events += [("breakdown", "PR-1" if i % 2 else "PR-2", t) for i, t in enumerate(at)]
        risk = np.where(_is_after(frame, at, form, lag_h), RISK_AFTER, risk)
    if is_busy_plant:
        risk = np.where(_inside(frame["at_h"].to_numpy(), busy), 5 * BASE_RISK, risk)
    label = draws.random(batches) < risk
    return PrecursorPlant(
        _records(draws, frame, events, label), planted, form, lag_h, int(label.sum())
    )


def _plan(draws: np.random.Generator, seed: int) -> tuple[str, str, float]:
    form = FORMS[seed % 2]
    low, high = (36.0, 200.0) if form == "window" else (72.0, 500.0)
    return (
        "equipment.breakdown.compression",
        form,
        float(np.exp(draws.uniform(np.log(low), np.log(high)))),
    )


def _busy_spells(draws: np.random.Generator, batches: int) -> Any:
    span_h = batches * 43.8 * 1.3
    starts = np.sort(draws.uniform(0, span_h, 8))
    return np.column_stack([starts, starts + draws.uniform(300, 900, 8)])


def _inside(at: Any, spells: Any) -> Any:
    if not len(spells):
        return np.zeros(np.shape(at), dtype=bool)
    return ((at[:, None] >= spells[:, 0]) & (at[:, None] < spells[:, 1])).any(axis=1)


def _batches(draws: np.random.Generator, batches: int, busy: Any) -> pl.DataFrame:
    """Campaigns of one product on each line; twice the pace in busy spells."""
    rows = []
    for line in (1, 2):
        at, campaign = draws.uniform(0, 40), 0
        left = batches // 2
        while left > 0:
            campaign += 1
            size = min(left, int(draws.integers(2, 8)))
            product = f"P{int(draws.integers(3))}"
            for _ in range(size):
                rows.append((line, f"L{line}-{campaign:03d}", product, at))
                pace = 0.5 if _inside(np.array([at]), busy)[0] else 1.0
                at += pace * (80 + draws.exponential(8))
            left -= size
    frame = pl.DataFrame(rows, schema=["line", "campaign", "product", "at_h"], orient="row")
    return frame.sort("at_h").with_row_index("order")


def _background(
    draws: np.random.Generator, span_h: float, busy: Any
) -> list[tuple[str, str, float]]:
    """Equipment events that come before nothing; four times as many in busy spells."""
    found = []
    for event in EQUIPMENT_EVENTS:
        for unit in ("GR", "PR", "CO"):
            for line in (1, 2):
                if event == "breakdown" and unit == "PR":
                    continue
                at = draws.uniform(0, span_h, draws.poisson(span_h / 500))
                keep = _inside(at, busy) | (draws.random(at.size) < 0.25)
                found += [(event, f"{unit}-{line}", t) for t in at[keep]]
    return found


def _is_after(frame: pl.DataFrame, at: Any, form: str, lag_h: float) -> Any:
    """Which batches start on the press within, or after, the planted lag of an event there."""
    press_h = frame["at_h"].to_numpy() + STEPS[0][2] + 1.0
    hit = np.zeros(frame.height, dtype=bool)
    for i, t in enumerate(at):
        since = press_h - t
        is_on = (frame["line"] == (1 if i % 2 else 2)).to_numpy()
        low, high = (
            (0.0, lag_h)
            if form == "window"
            else (
                (1 - DELAY_SPREAD) * lag_h,
                (1 + DELAY_SPREAD) * lag_h,
            )
        )
        hit |= is_on & (since >= low) & (since <= high)
    return hit


def _records(
    draws: np.random.Generator,
    frame: pl.DataFrame,
    events: list[tuple[str, str, float]],
    label: Any,
) -> EventRecords:
    ids = [f"B{i:05d}" for i in range(frame.height)]
    start = [START + HOUR * h for h in frame["at_h"]]
    phases, ends = _phases(frame, ids, start)
    known = [end + timedelta(days=5) for end in ends]
    tables = {
        "core.batches": pl.DataFrame({
            "batch_id": ids, "production_order": range(1, frame.height + 1),
            "product": frame["product"], "line": frame["line"].cast(pl.String),
            "campaign_id": frame["campaign"], "cluster_id": frame["campaign"],
            "started_at": start, "started_at_precision": "instant", "ended_at": ends,
        }),
        "core.phases": phases,
        "core.equipment_events": pl.DataFrame({
            "equipment_id": [e[1] for e in events], "event": [e[0] for e in events],
            "occurred_at": [START + HOUR * e[2] for e in events], "part": "whole equipment",
        }),
        "core.deviations": _deviations(draws, frame, ids, start, known, label),
        "feature.batch_gates": pl.DataFrame({
            "batch_id": ids, "gate": 5, "gate_at": ends,
            "production_order": range(1, frame.height + 1), "cluster_id": frame["campaign"],
        }),
        "core.outcomes": pl.DataFrame({
            "batch_id": ids, "outcome": "failure", "is_failure": label, "known_at": known,
            "is_censored": False, "status": "known",
        }),
        "core.outcome_definitions": pl.DataFrame({
            "outcome": ["failure"], "title": ["Failure"], "is_proxy": [False], "rule": [""],
            "first_known_stage": [6], "last_gate_before": [5],
        }),
    }  # fmt: skip
    ready = {name: conform(table, contract(name)) for name, table in tables.items()}
    return EventRecords(
        batches=ready["core.batches"],
        phases=ready["core.phases"],
        deviations=ready["core.deviations"],
        equipment_events=ready["core.equipment_events"],
        material_usage=empty(contract("core.material_usage")),
        sensor_phase_features=empty(contract("feature.sensor_phase_features")),
        batch_gates=ready["feature.batch_gates"],
        outcomes=ready["core.outcomes"],
        outcome_definitions=ready["core.outcome_definitions"],
    )


def _phases(
    frame: pl.DataFrame, ids: list[str], start: list[datetime]
) -> tuple[pl.DataFrame, list[datetime]]:
    rows, ends = [], []
    for batch, line, at in zip(ids, frame["line"], start, strict=True):
        clock = at
        for unit, stage, hours in STEPS:
            end = clock + HOUR * hours
            equipment = (
                f"{ {'granulation': 'GR', 'compression': 'PR', 'coating': 'CO'}[unit] }-{line}"
            )
            rows.append((batch, stage, unit, "run", equipment, clock, end))
            clock = end + HOUR
        ends.append(clock)
    columns = ["batch_id", "stage", "unit_procedure", "phase", "equipment_id", "started_at",
               "ended_at"]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row"), ends


def _deviations(
    draws: np.random.Generator,
    frame: pl.DataFrame,
    ids: list[str],
    start: list[datetime],
    known: list[datetime],
    label: Any,
) -> pl.DataFrame:
    """Everyday deviations of any batch, and one opened on the result of each failed batch."""
    rows = []
    for i in range(frame.height):
        for _ in range(draws.poisson(0.15)):
            category = CATEGORIES[int(draws.integers(len(CATEGORIES)))]
            rows.append((ids[i], category, 4, start[i] + HOUR * draws.uniform(0, 20)))
        if label[i]:
            rows.append((ids[i], "out_of_specification", 6, known[i] - HOUR))
    units = draws.choice(["GR", "PR", "CO"], len(rows))
    line = dict(zip(ids, frame["line"], strict=True))
    return pl.DataFrame(
        [
            (f"D{n:05d}", batch, f"{unit}-{line[batch]}", stage, category, "minor", category, at)
            for n, ((batch, category, stage, at), unit) in enumerate(zip(rows, units, strict=True))
        ],
        schema=[
            "deviation_id",
            "batch_id",
            "equipment_id",
            "stage",
            "category",
            "severity",
            "description",
            "opened_at",
        ],
        orient="row",
    )
