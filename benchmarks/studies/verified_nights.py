"""A plant's years of charted records, and a night over them as the product runs it.

Every quantity has memory and skew of its own and limits four standard deviations away, some on one
side alone; a tenth step or drift somewhere. Batches run on machines in shifts and use lots of
suppliers, so a signal has something that moved beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import dagster as dg
import numpy as np
import polars as pl
from scipy.signal import lfilter

from assets.process_verification.defs import BESIDE, CHARTED, TABLES, process_verification
from assets.process_verification.verification import ChartedRecords, chart_plan
from assets.run_settings import RunSettings
from benchmarks.studies.verified_plants import APART, START
from data_contracts.catalogue import contract
from data_contracts.profile import load_profile
from data_contracts.tables import table
from data_contracts.verification_plan.entries import VerificationPlan
from warehouse.paths import Home
from warehouse.store import Warehouse

UNITS, MACHINES, MATERIALS = 6, 3, 6
LOT_BATCHES, AN_HOUR = 12, timedelta(hours=1)
NOT_NAMED = ("core.outcome_definitions", "core.outcome_margins", "finding.drivers")
Tables = dict[str, pl.DataFrame]


def plant(quantities: int, batches: int, seed: int) -> Tables:
    """Return the records of a plant by the names the asset takes them under.

    Args:
        quantities: Parameters, each a chart.
        batches: Made, two hundred a year.
        seed: Of its chance.
    """
    rng = np.random.default_rng([25, seed])
    values, low, high = _values(rng, quantities, batches)
    ids = [f"B{at:05}" for at in range(batches)]
    begun = [START + at * APART for at in range(batches)]
    made = pl.DataFrame(
        {"batch_id": ids, "production_order": range(batches), "started_at": begun}
    ).with_columns(product=pl.lit("P"), ended_at=pl.col("started_at") + AN_HOUR)
    parameters = pl.DataFrame(
        {
            "batch_id": np.tile(ids, quantities),
            "parameter": np.repeat([f"q{at:03}" for at in range(quantities)], batches),
            "value": values.ravel(),
            "recorded_at": begun * quantities,
            "nor_low": np.repeat(low, batches),
            "nor_high": np.repeat(high, batches),
        },
        nan_to_null=True,
    ).with_columns(stage=pl.lit(4))
    found = {contract(name).table: table(name) for name in (*CHARTED, *BESIDE)}
    found |= {
        "batches": shaped("core.batches", made),
        "parameters": shaped("core.parameters", parameters),
        "phases": shaped("core.phases", _phases(rng, ids, begun)),
        "material_usage": shaped("core.material_usage", _usage(rng, ids)),
        "equipment_events": shaped("core.equipment_events", _events(rng, begun)),
    }
    return found


def up_to(tables: Tables, batches: int) -> Tables:
    """Return what was recorded of the first batches."""
    first = tables["batches"].filter(pl.col("production_order") < batches)
    last = first["started_at"].max()
    found = {
        name: frame.join(first.select("batch_id"), on="batch_id", how="semi", maintain_order="left")
        if "batch_id" in frame.columns and frame.height
        else frame
        for name, frame in tables.items()
    }
    events = tables["equipment_events"]
    return found | {"equipment_events": events.filter(pl.col("occurred_at") <= last)}


def planned(tables: Tables, plans: Sequence[VerificationPlan] = ()) -> Tables:
    """Return the records with the plan in force."""
    own = {name: tables[name] for name in ChartedRecords.__dataclass_fields__}
    definitions, margins, drivers = (table(name) for name in NOT_NAMED)
    plan = chart_plan(ChartedRecords(**own), definitions, margins, drivers, plans)
    return tables | {"chart_plan": plan}


def night(tables: Tables, home: Path, plans: Sequence[VerificationPlan] = ()) -> Tables:
    """Run the asset over tables as a night hands them over.

    Args:
        tables: With ``chart_plan``.
        home: Where the product keeps what it need not tell again; an empty folder for a first run.
        plans: What the plant has written.

    Returns:
        What it writes, by ``schema.table``.
    """
    profile = replace(load_profile("virtual_plant"), verification_plans=tuple(plans))
    settings = RunSettings(profile, home, "plant", None, None, is_quick=False, seed=1, run_id="r")
    resources = {"run_settings": settings, "warehouse": Warehouse(Home(home), "plant")}
    with dg.build_asset_context(resources=resources) as context:
        found = list(cast("Any", process_verification(context, **tables)))
    return {name: each.value for name, each in zip(TABLES, found, strict=True)}


def texts(found: Mapping[str, pl.DataFrame]) -> dict[str, str]:
    """Tables as text to the last digit: equal where their bytes are."""
    return {name: frame.write_csv() for name, frame in found.items()}


def shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of a table under contract; those not given are null."""
    schema = table(name).schema
    missing = [pl.lit(None, kind).alias(at) for at, kind in schema.items() if at not in frame]
    return frame.with_columns(missing).select(pl.col(at).cast(to) for at, to in schema.items())


def _values(rng: np.random.Generator, quantities: int, batches: int) -> tuple[np.ndarray, ...]:
    memory = rng.uniform(0, 0.7, quantities)
    news = rng.normal(size=(quantities, batches))
    values = np.array(
        [lfilter([np.sqrt(1 - m**2)], [1, -m], row) for m, row in zip(memory, news, strict=True)]
    )
    bend = rng.integers(0, 3, (quantities, 1))
    values = np.where(bend == 0, values, np.where(bend == 1, np.exp(values / 2), -np.exp(-values)))
    middle = values.mean(axis=1, keepdims=True)
    values = 100 + 2 * (values - middle) / values.std(axis=1, keepdims=True)
    at = np.arange(batches)
    for moved in range(0, quantities, 10):
        begin, is_step = int(rng.integers(60, batches)), rng.random() < 0.5
        change = 4.0 * (at >= begin) if is_step else 0.02 * np.maximum(at - begin, 0)
        values[moved] += change
    one_sided = rng.random(quantities) < 0.3
    return values, np.where(one_sided, np.nan, 92.0), np.full(quantities, 108.0)


def _phases(rng: np.random.Generator, ids: list[str], begun: list[datetime]) -> pl.DataFrame:
    units = [f"unit_{at}" for at in range(UNITS)]
    size = UNITS * len(ids)
    return pl.DataFrame(
        {
            "batch_id": np.tile(ids, UNITS),
            "unit_procedure": np.repeat(units, len(ids)),
            "started_at": begun * UNITS,
            "machine": rng.integers(0, MACHINES, size),
            "shift": rng.choice(["early", "late", "night"], size),
        }
    ).with_columns(
        stage=pl.lit(4),
        phase=pl.lit("run"),
        equipment_id=pl.format("{}.{}", "unit_procedure", "machine"),
        ended_at=pl.col("started_at") + AN_HOUR,
    )


def _usage(rng: np.random.Generator, ids: list[str]) -> pl.DataFrame:
    rows = []
    for material in range(MATERIALS):
        lot = (np.arange(len(ids)) + int(rng.integers(0, LOT_BATCHES))) // LOT_BATCHES
        supplier = np.cumsum(rng.random(lot.max() + 1) < 0.05)
        rows.append(
            pl.DataFrame(
                {
                    "batch_id": ids,
                    "lot": [f"{material}-{at:04}" for at in lot],
                    "supplier": [f"S{at}" for at in supplier[lot]],
                }
            ).with_columns(material=pl.lit(f"material_{material}"))
        )
    return pl.concat(rows)


def _events(rng: np.random.Generator, begun: Sequence[datetime]) -> pl.DataFrame:
    rows = [
        {"equipment_id": f"unit_{unit}.{machine}", "event": "maintenance", "occurred_at": at}
        for unit in range(UNITS)
        for machine in range(MACHINES)
        for at in begun[int(rng.integers(5, 60)) :: 60]
    ]
    return pl.DataFrame(rows)
