"""Does the frozen detector keep its false alarms on plants that nobody touched? One row per plant.

Plants of 240 batches, 58 of them held out, archived without a sensor fault; every tag's readings of
every held-out batch are asked about as they are. Promised: a golden distance once in a hundred, a
chart's single points once in two hundred, charts together one alarm a month of 16.7 batches, and of
whole batches what their limits say of themselves: one in a hundred each, or one in n + 1 of a
reference of fewer than 99 batches (five limits watch a batch at a stage: T2 and SPE of features and
of trajectories, and the course), together as if they erred apart. Plants on record are not made
again.

    python -m benchmarks.excursion_study --plants 100
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.tier_evidence.excursions.parts import PARTS, promised_by
from benchmarks.studies.excursion_plants import excursion_plant
from benchmarks.studies.record import StudyRecord
from pipelines.replay.excursions.frozen_detector import FrozenDetector, frozen_models_of
from pipelines.replay.excursions.held_out import held_out
from pipelines.replay.excursions.replay import ReplayRecords, replayed

RECORD = StudyRecord("excursion_study")
BATCHES, WANTED = 240, 29
BATCHES_A_MONTH = 200 / 12
SHARES = ("golden_distance", "whole_batch", "chart_limit")  # parts that promise a share


def untouched_runs(seed: int, batches: int = BATCHES, tags: Any = None) -> pl.DataFrame:
    """``evidence.excursion_runs`` of a plant of which nothing is changed."""
    tables, readings = excursion_plant(seed, batches, tags)
    made = tables["core.batches"]["batch_id"].to_list()
    held = held_out(tables["core.batches"], tables["core.outcomes"], made, WANTED)
    detector = FrozenDetector(tables, held, frozen_models_of(tables, held, seed, Path()))
    records = ReplayRecords(tables, readings, held, seed, batches=0)
    now = datetime.now(UTC).replace(tzinfo=None)
    return replayed(records, detector, lambda _, measure: measure(), now, lambda _: None)


def study_row(seed: int, batches: int = BATCHES, tags: Any = None) -> dict[str, Any]:
    """What each part flags of a plant: series of batches asked about, and flagged."""
    runs = untouched_runs(seed, batches, tags)
    row: dict[str, Any] = {"seed": seed, "batches": runs["batch_id"].n_unique()}
    for part in PARTS:
        told = runs[f"seen_by_{part}"].drop_nulls()
        row |= {f"{part}_asked": told.len(), f"{part}_flagged": int(told.sum())}
    for part in SHARES:
        asked = runs.filter(pl.col(f"seen_by_{part}").is_not_null())
        row[f"{part}_promised"] = asked.select(promised_by(part).mean()).item()
    signals = runs.filter(pl.col("seen_by_chart_signal").fill_null(value=False))
    return row | {"chart_alarms_a_month": signals.height / (row["batches"] / BATCHES_A_MONTH)}


def summary(rows: pl.DataFrame) -> pl.DataFrame:
    """Share of what was asked about that each part flags, over plants, beside its promise."""
    told = [_told(rows, part, _promised(rows, part)) for part in (*SHARES, "sensor_fault")]
    alarms = rows["chart_alarms_a_month"]
    told.append(
        _told(rows, "chart_signal", 1.0)
        | {
            "part": "chart_signal, alarms a month of all charts",
            "share": float(alarms.to_numpy().mean()) if rows.height else 0.0,
        }
    )
    return pl.DataFrame(told)


def _promised(rows: pl.DataFrame, part: str) -> float:
    """Of each plant by what it was asked; clean sensors have no fault."""
    if part not in SHARES:
        return 0.0
    asked = rows[f"{part}_asked"]
    return float((rows[f"{part}_promised"] * asked).sum() / max(int(asked.sum()), 1))


def _told(rows: pl.DataFrame, part: str, promised: float) -> dict[str, Any]:
    asked, flagged = (int(rows[f"{part}_{name}"].sum()) for name in ("asked", "flagged"))
    share = flagged / max(asked, 1)
    return {
        "part": part, "plants": rows.height, "asked": asked, "flagged": flagged, "share": share,
        "promised": promised,
    }  # fmt: skip


def main() -> None:
    """Make the plants not yet on record, and print the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--plants", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for (seed,) in RECORD.missing([(seed,) for seed in seeds]):
        RECORD.append(study_row(seed))
    print(summary(RECORD.rows()))


if __name__ == "__main__":
    main()
