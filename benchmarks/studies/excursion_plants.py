"""Untouched plants for a replay of excursions: readings, features and charts in memory, no export.

The virtual plant's tags are archived without a sensor fault and summarised by the product's own
kernel; golden distances, the plan of charts and all else are the product's functions on them. Every
batch is released. Models of failure are left out: there are no results here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.process_verification.verification import ChartedRecords, chart_plan
from assets.sensor_features.golden import KEY, golden_distances, golden_sets
from assets.sensor_features.kernel.series import series_features
from assets.sensor_features.month_tables import COMPARED, golden_trajectories
from assets.sensor_features.phase_features import NAMED
from assets.sensor_features.phase_trajectories import STEP_COLUMNS
from assets.sensor_features.registry import COUNTS, NAMES
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import TagFaults
from assets.virtual_plant.sensors.trajectories import tag_runs
from data_contracts.tables import table
from pipelines.replay.analysis import handed
from pipelines.replay.excursions.held_readings import HeldSeries, Key
from pipelines.replay.excursions.runs_asset import ASKED

MIDNIGHT = datetime(2020, 1, 1)  # noqa: DTZ001 - instants are UTC without a zone
A_YEAR = 200  # batches
Readings = dict[Key, dict[str, HeldSeries]]


def excursion_plant(
    seed: int, batches: int, tags: Sequence[str] | None = None
) -> tuple[dict[str, pl.DataFrame], Readings]:
    """Make a plant.

    Args:
        seed: Of the plant.
        batches: Its batches, two hundred a year.
        tags: Tags that are archived; None for all.

    Returns:
        Tables by full name as a replay reads them, and every reading.
    """
    made = make_batches(load_plant(), Settings(batches=batches, years=batches / A_YEAR, seed=seed))
    tables = {name: table(name) for name in ASKED}
    tables |= {"core.batches": _batches(made), "core.sensor_tags": _tags(made, tags)}
    tables["core.phases"] = _phases(made, tables["core.batches"])
    tables["feature.batch_gates"] = _gates(tables["core.batches"], tables["core.phases"])
    readings = _readings(made, tables, tags)
    features, courses = _features(readings, tables["core.batches"])
    tables["feature.phase_trajectories"] = _trajectories(features, courses)
    tables |= _golden(features, courses, tables["core.batches"])
    records = ChartedRecords(**handed(tables, ChartedRecords))
    nothing = (table("core.outcome_definitions"), table("core.outcome_margins"))
    tables["finding.chart_plan"] = chart_plan(records, *nothing, table("finding.drivers"))
    return tables, readings


def _at(seconds: Any) -> list[datetime]:
    return [MIDNIGHT + timedelta(seconds=float(one)) for one in seconds]


def _batches(made: Batches) -> pl.DataFrame:
    plant, schedule = made.plant, made.schedule
    products = [plant.products[place] for place in schedule.product]
    return table(
        "core.batches",
        pl.DataFrame(
            {
                "batch_id": [f"B{place:05}" for place in range(schedule.batches)],
                "production_order": np.arange(schedule.batches) + 1,
                "product": [one.code for one in products],
                "strength": [one.strength for one in products],
                "started_at": _at(schedule.starts.min(axis=1)),
                "started_at_precision": "instant",
                "ended_at": _at(made.ended_s),
                "disposition": "released",
                "dispositioned_at": _at(made.dispositioned_s),
            }
        ).with_columns(cluster_id=pl.col("batch_id")),
    )


def _tags(made: Batches, tags: Sequence[str] | None) -> pl.DataFrame:
    laws = [law for law in made.plant.trajectories if tags is None or law.tag in tags]
    return table(
        "core.sensor_tags",
        [
            {
                "tag": law.tag, "equipment_id": law.unit_procedure, "unit": law.unit,
                "stage": tag_runs(made, law).stage, "is_shared_area": False,
                "nor_low": law.normal_range[0], "nor_high": law.normal_range[1],
                "par_low": law.proven_range[0], "par_high": law.proven_range[1],
            }
            for law in laws
        ],
    )  # fmt: skip


def _phases(made: Batches, batches: pl.DataFrame) -> pl.DataFrame:
    steps = made.plant.calendar.steps
    frames = [
        pl.DataFrame(
            {
                "batch_id": batches.sort("production_order")["batch_id"],
                "stage": step.stage,
                "unit_procedure": step.unit_procedure,
                "phase": step.phase,
                "equipment_id": step.unit_procedure,
                "started_at": _at(made.schedule.starts[:, place]),
                "ended_at": _at(made.schedule.ends[:, place]),
            }
        )
        for place, step in enumerate(steps)
    ]
    return table("core.phases", pl.concat(frames))


def _gates(batches: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    from assets.gate_features.gates import batch_gates

    return batch_gates(batches, phases, table("core.lab_results"))


def _readings(
    made: Batches, tables: Mapping[str, pl.DataFrame], tags: Sequence[str] | None
) -> Readings:
    names = tables["core.batches"].sort("production_order")["batch_id"].to_list()
    count, found = len(names), {}
    none, nothing = np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64)
    clean = TagFaults(~none, nothing, none, none, none, nothing)
    epoch_us = int((MIDNIGHT - datetime(1970, 1, 1)).total_seconds()) * 1_000_000  # noqa: DTZ001
    for law in made.plant.trajectories:
        if tags is not None and law.tag not in tags:
            continue
        runs = tag_runs(made, law)
        read = archived_readings(made, runs, clean, np.arange(count))
        ends = np.array([*law.normal_range, *law.proven_range], dtype=np.float64)
        own: dict[str, HeldSeries] = {}
        for row, name in enumerate(names):
            kept = read.is_kept[row]
            time_us = np.round(read.time_s[row][kept] * 1e6).astype(np.int64) + epoch_us
            ended = MIDNIGHT + timedelta(seconds=float(runs.starts[row] + runs.durations_s[row]))
            about = {
                "batch_id": name, "stage": runs.stage, "unit_procedure": law.unit_procedure,
                "phase": law.phase, "tag": law.tag, "unit": law.unit,
                "equipment_id": law.unit_procedure, "known_at": ended,
                "first_at": datetime.fromtimestamp(time_us[0] / 1e6),  # noqa: DTZ006
                "last_at": datetime.fromtimestamp(time_us[-1] / 1e6),  # noqa: DTZ006
                "started_at": MIDNIGHT + timedelta(seconds=float(runs.starts[row])),
                "ended_at": ended,
            }  # fmt: skip
            value = read.value[row][kept].astype(np.float64)
            own[name] = HeldSeries(about, time_us, value, ends, np.full(2, np.nan))
        found[law.unit_procedure, law.phase, law.tag] = own
    return found


def _features(readings: Readings, batches: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """Rows of the kernel with the names of their series, sorted as trajectories are compared."""
    series = [one for own in readings.values() for one in own.values()]
    sizes = [one.value.size for one in series]
    found = series_features(
        np.concatenate([one.time_us for one in series]),
        np.concatenate([one.value for one in series]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.stack([one.limits for one in series]),
        np.stack([one.to_celsius for one in series]),
        threads=1,
    )
    columns = np.ascontiguousarray(found[:, : len(NAMES)].T)
    features = pl.DataFrame(
        [pl.Series(*one, nan_to_null=True) for one in zip(NAMES, columns, strict=True)]
    ).cast(dict.fromkeys(COUNTS, pl.Int64))
    about = pl.DataFrame([one.about for one in series]).select(NAMED)
    rows = about.hstack(features).with_columns(
        month=pl.col("started_at").dt.month_start().cast(pl.Date),
        row=pl.int_range(pl.len()),
    )
    ordered = rows.sort("month", *KEY)
    return ordered.drop("row"), found[ordered["row"].to_numpy(), len(NAMES) :]


def _trajectories(features: pl.DataFrame, courses: np.ndarray) -> pl.DataFrame:
    named = features.select("month", "batch_id", "stage", "unit_procedure", "phase", "tag")
    steps = pl.DataFrame(np.ascontiguousarray(courses), schema=STEP_COLUMNS)
    return table("feature.phase_trajectories", named.hstack(steps).drop_nans())


def _golden(
    features: pl.DataFrame, courses: np.ndarray, batches: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    compared = features.select(COMPARED).with_columns(pl.col(KEY).cast(pl.Categorical))
    sets = [one for own in golden_sets(compared, batches).values() for one in own]
    distances, envelopes = golden_distances(compared, sets, lambda rows: courses[rows])
    joined = features.join(distances, on=KEY, how="left", maintain_order="left")
    columns = table("feature.sensor_phase_features").columns
    return {
        "feature.sensor_phase_features": table(
            "feature.sensor_phase_features", joined.select(columns)
        ),
        "feature.golden_trajectories": golden_trajectories(envelopes),
    }
