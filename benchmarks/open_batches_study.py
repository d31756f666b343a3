"""Open batches flagged: at most the budget where nothing causes failures, in time where it does.

Twenty tablet plants without causes and twenty with: the models are fitted on what was known after
600 batches, the 200 after them are scored as nights would score them and flagged as
``mart.open_batches`` flags them, at the last gate with a process signal. Without causes at most the
alarm budget may be flagged over all. With causes a failing batch counts as flagged in time if its
first alarm came at a gate at which less than twice the cost had been sunk into it that was sunk at
the stage where its failure mode begins (``economics.value_by_gate``). Wanted: the median failing
batch, that is at least half of them. Plants already in the CSV are not made again.

Seeds 1 to 6 and 7, which is what there is of the twenty: without causes no gate had a process
signal, so none of 1,400 batches could be flagged; with causes 14 of 36 failing batches were, all in
time. That is less than the half that is wanted.

    python benchmarks/open_batches_study.py                         # 20 of each
    python benchmarks/open_batches_study.py --plants 1 --batches 300 --fitted 200
"""

import argparse
from pathlib import Path
from typing import Any, Literal

import polars as pl

from assets.failure_models.dataset.study_inputs import StudySettings
from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import manufacturing_cost_usd
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.studies.replayed_nights import fitted_at, scored_at
from benchmarks.verdict_study import study_inputs
from data_contracts.assumption_schema.lever_kinds import raising_alarms
from data_contracts.assumptions import Assumptions

GATES = (1, 2, 3, 4, 5)
KINDS: tuple[Literal["null", "none"], ...] = ("null", "none")  # what is cut
HEADLINE, A_YEAR = "failure", 200


def sunk_cost_usd(assumptions: Assumptions) -> dict[int, float]:
    """Avoidable cost sunk into a batch by gate, assumptions at base, USD."""
    base = corner(assumptions, "base")
    (lever, *_) = raising_alarms(assumptions.levers)
    spent = float(manufacturing_cost_usd(assumptions, base))
    share = lever.uses["sunk_cost_share"]
    return {
        gate: spent * float(base(assumptions.name_at_gate(share, gate))) for gate in range(1, 8)
    }


def plant_row(cut: Literal["null", "none"], seed: int, batches: int, fitted: int) -> dict[str, Any]:
    """Make a plant, fit its models, score what came after, and count."""
    from assets.virtual_plant.fast_path.prepared_plant import batch_features
    from data_contracts.assumptions import load_built_in
    from data_contracts.profile import load_profile

    made = batch_features(seed=seed, batches=batches, years=batches / A_YEAR, cut=cut)
    inputs = study_inputs(made, GATES)
    headline = pl.col("outcome") == HEADLINE
    inputs = study_of(inputs, headline)
    at = made.batches.sort("production_order")["started_at"][fitted]
    settings = StudySettings(
        seed=seed, permutations=999, resamples=200, refits=2, threads=1, with_contrast=False
    )
    prices = load_built_in("tablets")
    models = fitted_at(inputs, at, settings, prices)
    last = max(made.batch_gates["gate_at"].max(), at)
    late = made.batches.filter(pl.col("production_order") > fitted)["batch_id"]
    said = scored_at(inputs, models, last).filter(pl.col("batch_id").is_in(late.implode()))
    findings = said.filter(pl.col("verdict") == "process_signal")
    shown = findings.sort("gate").group_by("batch_id").last()
    return {
        "cut": cut,
        "seed": seed,
        "batches": late.len(),
        "signals": findings["gate"].n_unique(),
        "flagged": int(shown["is_alarm"].sum()),
        "flagged_at_any_gate": findings.filter("is_alarm")["batch_id"].n_unique(),
        **_in_time(made.outcomes, late, findings, sunk_cost_usd(prices),
                   load_profile("virtual_plant").failure_modes),
    }  # fmt: skip


def study_of(inputs: Any, headline: pl.Expr) -> Any:
    """The same inputs for the headline outcome alone: the others are its modes."""
    from dataclasses import replace

    names = ("outcomes", "outcome_definitions", "outcome_margins", "acceptance_criteria")
    return replace(inputs, **{name: getattr(inputs, name).filter(headline) for name in names})


def _in_time(
    outcomes: pl.DataFrame,
    late: pl.Series,
    findings: pl.DataFrame,
    sunk: dict[int, float],
    origins: Any,
) -> dict[str, Any]:
    """Failing batches, how many were flagged, and how many before the cost had doubled."""
    first = dict(
        findings.filter("is_alarm").group_by("batch_id").agg(pl.col("gate").min()).iter_rows()
    )
    failed = outcomes.filter(pl.col("is_failure") & pl.col("batch_id").is_in(late.implode()))
    modes = failed.filter(pl.col("outcome") != HEADLINE)
    began: dict[str, int] = {}
    for batch, mode in modes.select("batch_id", "outcome").iter_rows():
        began[batch] = min(began.get(batch, 7), int(origins.get(mode, 7)))
    failing = failed.filter(pl.col("outcome") == HEADLINE)["batch_id"].to_list()
    in_time = [
        batch
        for batch in failing
        if batch in first and sunk[first[batch]] < 2 * sunk[began.get(batch, 7)]
    ]
    return {"failing": len(failing), "caught": len(first.keys() & set(failing)),
            "in_time": len(in_time)}  # fmt: skip


def main() -> None:
    """Make the plants that are missing from the CSV, then count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plants", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=800)
    parser.add_argument("--fitted", type=int, default=600, help="batches before the models")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    record = StudyRecord("open_batches_study", ("cut", "seed"), asked.results)
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for cut, seed in record.missing([(cut, seed) for seed in seeds for cut in KINDS]):
        record.append(plant_row(cut, seed, asked.batches, asked.fitted))
        print(f"{cut} {seed}", flush=True)
    rows = record.rows().filter(pl.col("seed").is_in(list(seeds)))
    counts = ("batches", "flagged", "flagged_at_any_gate", "failing", "caught", "in_time")
    print(
        rows.group_by("cut", maintain_order=True)
        .agg(pl.len().alias("plants"), (pl.col("signals") > 0).sum(), pl.col(counts).sum())
        .with_columns(
            flagged_share=pl.col("flagged") / pl.col("batches"),
            in_time_share=pl.col("in_time") / pl.col("failing"),
        )
    )


if __name__ == "__main__":
    main()
