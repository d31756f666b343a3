"""Plants as the product's own tables, in control or with a change planted."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from assets.process_verification.limits.versions import LimitRule
from assets.process_verification.verification import ChartedRecords, chart_plan
from benchmarks.studies.chart_plants import BASELINE, in_control
from data_contracts.tables import table

START = datetime(2020, 1, 6)  # noqa: DTZ001 - instants are UTC without a zone
APART = timedelta(days=365.25 / 200)  # two hundred batches a year
FAR = 1e6  # a normal operating range nothing leaves: it puts the quantity into the draft
# Two standard deviations, one in twenty batches, and two and a half times the spread.
STEP, DRIFT, SPREAD = 2.0, 0.05, 2.5
EMPTY = ("phases", "lab_results", "inspections", "sensor_tags", "outcomes", "deviations")
PLANTED = ("step", "drift", "spread")
EARLIEST, LATEST = 80, 170


def records_of(values: np.ndarray) -> ChartedRecords:
    """(charts, batches) of numbers as records: each chart a parameter of one product."""
    charts, points = values.shape
    ids = [f"B{at:05}" for at in range(points)]
    begun = [START + at * APART for at in range(points)]
    batches = pl.DataFrame(
        {
            "batch_id": ids,
            "production_order": range(points),
            "product": ["P"] * points,
            "started_at": begun,
        }
    )
    parameters = pl.DataFrame(
        {
            "batch_id": ids * charts,
            "parameter": np.repeat([f"q{at:03}" for at in range(charts)], points),
            "value": values.ravel(),
            "recorded_at": begun * charts,
        }
    ).with_columns(stage=pl.lit(4), nor_low=pl.lit(-FAR), nor_high=pl.lit(FAR))
    empty = {
        name: table(f"core.{name}")
        for name in (
            "phases",
            "lab_results",
            "inspections",
            "sensor_tags",
            "outcomes",
            "deviations",
        )
    }
    return ChartedRecords(
        batches=_shaped("core.batches", batches),
        parameters=_shaped("core.parameters", parameters),
        sensor_phase_features=table("feature.sensor_phase_features"),
        **empty,
    )


def plan_of(records: ChartedRecords) -> pl.DataFrame:
    """The plan that the product drafts from these records."""
    nothing = ("core.outcome_definitions", "core.outcome_margins", "finding.drivers")
    definitions, margins, drivers = (table(name) for name in nothing)
    return chart_plan(records, definitions, margins, drivers)


def planted(kind: str, seed: int) -> tuple[np.ndarray, int]:
    """One chart with memory and skew of its own and a change; and the batch it begins with."""
    rng = np.random.default_rng([PLANTED.index(kind), seed])
    values = in_control("skewed", rng, 2)[int(rng.integers(0, 2))].copy()
    begin = int(rng.integers(EARLIEST, LATEST))
    middle, spread = values[:BASELINE].mean(), values[:BASELINE].std(ddof=1)
    sign = rng.choice([-1.0, 1.0])
    after = np.arange(values.size) >= begin
    if kind == "step":
        values += sign * STEP * spread * after
    elif kind == "drift":
        values += sign * DRIFT * spread * np.maximum(np.arange(values.size) - begin + 1, 0)
    else:
        values = np.where(after, middle + SPREAD * (values - middle), values)
    return values, begin


def rule_of(charts: int) -> LimitRule:
    """What the draft says of a chart among so many under one false alarm a month."""
    return LimitRule(BASELINE, 1.0 / charts, "lotwise", rebaselines_itself=True, changes={})


def _shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    schema = table(name).schema
    missing = [
        pl.lit(None, kind).alias(col) for col, kind in schema.items() if col not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(col).cast(kind) for col, kind in schema.items()
    )
