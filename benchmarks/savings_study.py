"""Do the savings intervals tell the truth: virtual plants that carry all four kinds of lever.

Each plant is simulated, judged and priced by the product; every lever's 90% interval is held
against two truths, what is expected a year of re-runs of the plant and what would have happened on
these very batches. Study A: assumptions known, failures prevented. Study B: true assumptions drawn
from their declared ranges, USD saved.

Wanted of 100 plants: 82 to 97 intervals with each truth (the 99% binomial band of a nominal 90%)
for each kind of lever; a median width of the window's interval of at most 1.3 failures a year; a
decoy supported above zero, as the product would (named, under a signal), in at most 11; of plants
with causes at most 20 without a process signal; of null plants at most 11 told with a probability
above 0.9 that the net present value is above zero.

Kinds: ``mild`` (as declared), ``stationary``, ``drift`` (ten times the drift, reported only),
``lot_confounding`` (a lot property nobody tests moves both a parameter and the result, reported
only), ``null`` (no path into any result). Plants in the CSV are not made again. Those before seed
80301 were made before today's plan of renewals was drawn.

What an alert would have caught on these very batches is what it did catch, so that its interval
holds that nearly always.

    python benchmarks/savings_study.py --kind mild --plants 50
    python benchmarks/savings_study.py --kind mild --first-seed 80301 --plants 100 --summary
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.savings.business_case import business_case
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.declaration.structure import Cut
from benchmarks.studies.plants import unmeasured_lot_plant, worn_granulator_plant
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.studies.savings_marks import lever_marks, plant_marks
from benchmarks.studies.savings_plants import LEVERS, PricedPlant, planning_figures, priced_plant
from benchmarks.studies.savings_truth import expected, make_truth


@dataclass(frozen=True)
class Kind:
    """One kind of plant.

    Attributes:
        cut: Which paths into the results are cut.
        drift: Factor on every declared drift.
        plant: Makes the plant.
    """

    cut: Cut = "none"
    drift: float = 1.0
    plant: Callable[[], Plant] = worn_granulator_plant


KINDS = {
    "mild": Kind(),
    "stationary": Kind(drift=0.0),
    "drift": Kind(drift=10.0),
    "lot_confounding": Kind(plant=unmeasured_lot_plant),
    "null": Kind("null", plant=load_plant),
}
RERUNS, RESAMPLES, BATCHES = 1000, 100, 1000
EFFORT = StudySettings(with_contrast=False, with_models=False)
CASE_DRAWS, SURE = 4_000, 0.9
BAND = "82 to 97 of 100"


def study_plant(
    kind: str,
    seed: int,
    *,
    batches: int = BATCHES,
    resamples: int = RESAMPLES,
    effort: StudySettings = EFFORT,
    truth: Path = RESULTS,
) -> dict[str, Any]:
    """Price one plant and mark its levers.

    Args:
        kind: A name in ``KINDS``.
        seed: Seed of the plant.
        batches: Number of batches, 200 a year.
        resamples: Bootstrap resamples of lots.
        effort: How hard the verdict is looked for.
        truth: Folder of the re-runs.
    """
    started = time.perf_counter()
    chosen = KINDS[kind]
    plant = priced_plant(
        seed,
        chosen.plant(),
        cut=chosen.cut,
        drift=chosen.drift,
        batches=batches,
        resamples=resamples,
        effort=effort,
    )
    row = {"kind": kind, "seed": seed, **plant_marks(plant)}
    if kind == "null":
        row |= _case(plant, seed)
    else:
        known = expected(chosen.drift, truth, chosen.plant)
        for lever in LEVERS:
            row |= lever_marks(plant, lever, known)
    return row | {"plant_s": round(time.perf_counter() - started, 1)}


def _case(plant: PricedPlant, seed: int) -> dict[str, Any]:
    """The product's own business case: how sure it is that the programme pays, and by which."""
    case = business_case(
        planning_figures(), plant.records, draws=CASE_DRAWS, seed=seed, resamples=RESAMPLES
    )
    joint = case.scenarios.filter(
        (pl.col("scenario") == "base")
        & (pl.col("lever") == "all")
        & (pl.col("measure") == "npv_positive_prob")
    )
    return {
        "npv_positive_prob": joint["p50"].item() if joint.height else 0.0,
        "programme": " ".join(sorted(each.lever.kind for each in case.kept)),
    }


def report(rows: pl.DataFrame) -> None:
    """Print what was wanted and what was found."""
    if rows.is_empty():
        print("No plant of these seeds is on record; make them, or give other seeds.")
        return
    plants = rows.height
    print(f"{rows['kind'][0]}: {plants} plants, {rows['plant_s'].median()} s each (median)")
    signal = int((rows["verdict"] == "process_signal").sum())
    print(
        f"process_signal in {signal}, another verdict in {plants - signal}; failures "
        f"{rows['failures'].mean():.1f} a plant"
    )
    if "npv_positive_prob" in rows.columns and rows["npv_positive_prob"].is_not_null().any():
        sure = rows.filter(pl.col("npv_positive_prob") > SURE)
        print(
            f"P(NPV > 0) above {SURE} told in {sure.height} of {plants} (wanted at most 11 of "
            f"100); programmes: {sure['programme'].value_counts().sort('programme').rows()}"
        )
        return
    for lever in LEVERS:
        _report_lever(rows, lever)
    if "window_expected_low" not in rows.columns:
        return
    width = (rows["window_expected_high"] - rows["window_expected_low"]).median()
    print(f"window: median width {width:.2f} failures a year held throughout (wanted 1.3)")
    for decoy in ("decoy", "lots_decoy"):
        above = int(rows[f"{decoy}_above_zero"].cast(pl.Boolean, strict=False).sum())
        supported = int(rows[f"{decoy}_supported"].cast(pl.Boolean, strict=False).sum())
        print(
            f"{decoy}: supported in {supported} of {plants} (wanted at most 11 of 100); above "
            f"zero, named or not, in {above}"
        )


def _report_lever(rows: pl.DataFrame, lever: str) -> None:
    caught = rows["alarm_detected"].sum() / max(rows["alarm_failures"].sum(), 1)
    unit = float(caught) if lever == "alert" else 1.0
    parts = []
    for title, stem, scale in (
        ("A expected", f"{lever}_a_prevented", unit),
        ("A on these batches", f"{lever}_ledger", 1.0),
        ("B expected, USD", f"{lever}_b_usd", unit),
    ):
        if f"{stem}_low" not in rows.columns:
            continue
        known = rows.drop_nulls(f"{stem}_low")
        low, high, true = (known[f"{stem}_{end}"].to_numpy() for end in ("low", "high", "true"))
        covered = int(np.sum((low <= true * scale) & (true * scale <= high)))
        below, width = int(np.sum(high < true * scale)), float(np.median(high - low))
        parts.append(f"{title} {covered} of {known.height} (too low {below}, width {width:.3g})")
    supported = int(rows[f"{lever}_supported"].sum())
    print(f"{lever}: {'; '.join(parts)}; wanted {BAND}; supported in {supported} of {rows.height}")


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(KINDS), default="mild")
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--reruns", type=int, default=RERUNS, help="of the expected truth")
    parser.add_argument("--truth", action="store_true", help="only make the re-runs")
    parser.add_argument("--summary", action="store_true", help="only count those in the CSV")
    asked = parser.parse_args()
    record = StudyRecord(f"savings_study_{asked.kind}", ("kind", "seed"))
    if not asked.summary:
        if asked.kind != "null":
            make_truth(KINDS[asked.kind].drift, asked.reruns, plant=KINDS[asked.kind].plant)
        plants = 0 if asked.truth else asked.plants
        seeds = range(asked.first_seed, asked.first_seed + plants)
        for kind, seed in record.missing([(asked.kind, seed) for seed in seeds]):
            record.append(study_plant(kind, seed))
            print(f"{kind} {seed}", flush=True)
    if record.file.exists():
        last = asked.first_seed + asked.plants - 1
        report(record.rows().filter(pl.col("seed").is_between(asked.first_seed, last)))


if __name__ == "__main__":
    main()
