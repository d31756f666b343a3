"""Does the confirmed cause stand among the first three lines of a batch page?

For every failed batch with a closed deviation that confirms a cause, where that cause stands:
among the lines of its page (contributions against good batches), among parameters by the model's
contribution, by what is unusual (the ranking of the investigation cards) and by how well each alone
ranked earlier failures; counted by the product's own back-test, on virtual plants of both kinds and
on a home's published warehouse. Wanted: among the first three lines in at least 75%. Where the
model shows no process signal a page has no such lines, and the plant counts with its cases apart.
Plants already in the CSV are not made again.

    python benchmarks/cause_study.py                        # 10 of each kind
    python benchmarks/cause_study.py --home var             # and the last run there, as it is
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.investigation.card_inputs import CardInputs
from assets.failure_models.investigation.cause_backtest import (
    CHANCE,
    CONTRAST,
    METHODS,
    MODEL,
    UNUSUAL,
    cause_backtest,
)
from assets.failure_models.study import run_study
from assets.statistics.intervals import clopper_pearson
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.verdict_study import LAST_GATE, study_inputs
from data_contracts.tables import table

PLANTS = ("tablets", "sterile_vials")
HEADLINE, LINES, A_YEAR = "failure", 3, 200
_SEED = "SELECT seed FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
CASES, BACKTEST = "finding.explained_causes", "finding.explanation_backtest"


def plant_row(plant: str, seed: int, batches: int) -> dict[str, Any]:
    """Make a plant, fit its models, and place the confirmed causes of its failures."""
    from assets.virtual_plant.declaration.plant_file import load_plant
    from assets.virtual_plant.exports.quality_exports import quality_records
    from assets.virtual_plant.fast_path.prepared_plant import batch_features
    from assets.virtual_plant.production.batches import Settings, make_batches

    declared, years = load_plant(plant), batches / A_YEAR
    made = batch_features(declared, seed=seed, batches=batches, years=years)
    inputs = study_inputs(made, (LAST_GATE,))
    own = inputs.outcome_definitions.filter(pl.col("outcome") == HEADLINE)
    inputs = replace(inputs, outcome_definitions=own)
    settings = StudySettings(
        seed=seed, permutations=999, resamples=200, refits=2, threads=1, with_contrast=False
    )
    tables = run_study(inputs, settings)
    deviations, _ = quality_records(make_batches(declared, Settings(batches, years, seed)))
    said = (tables[name] for name in ("model.attributions", "model.good_contrasts"))
    found = cause_backtest(card_inputs(inputs, deviations), *said)
    (verdict,) = tables["model.verdicts"].filter("is_primary_gate")["verdict"]
    return {"verdict": verdict, **marks(found[CASES], found[BACKTEST])}


def card_inputs(inputs: StudyInputs, deviations: pl.DataFrame) -> CardInputs:
    """What the back-test reads of a simulated plant; no score, lot or rule enters it."""
    return CardInputs(
        gate_values=inputs.gate_values,
        dictionary=inputs.dictionary,
        batch_gates=inputs.batch_gates,
        outcomes=inputs.outcomes,
        outcome_definitions=inputs.outcome_definitions,
        withheld_features=inputs.withheld_features,
        batch_scores=table("model.batch_scores"),
        material_usage=table("core.material_usage"),
        deviations=deviations,
        rules=table("finding.rules"),
        rule_batches=table("finding.rule_batches"),
    )


def marks(cases: pl.DataFrame, backtest: pl.DataFrame) -> dict[str, Any]:
    """How many causes each method placed first, and among the first lines.

    Args:
        cases: ``finding.explained_causes``.
        backtest: ``finding.explanation_backtest``, for chance.
    """
    recorded = cases.filter("is_recorded")
    asked = recorded.filter(pl.col("method") == UNUSUAL)
    row: dict[str, Any] = {
        "cases": asked.height,
        "not_recorded": cases.filter(pl.col("method") == UNUSUAL, ~pl.col("is_recorded")).height,
    }
    for method in METHODS:
        rank = recorded.filter(pl.col("method") == method)["rank"]
        is_made = method in (UNUSUAL,) or bool(rank.drop_nulls().len())
        row[f"{method}_first"] = int((rank == 1).sum()) if is_made else None
        row[f"{method}_in_three"] = int((rank <= LINES).sum()) if is_made else None
    chance = backtest.filter(pl.col("method") == CHANCE)[f"hit_at_{LINES}"].to_list()
    return row | {"chance_in_three": sum(chance) / len(chance) if chance else None}


def home_row(home: Path) -> dict[str, Any]:
    """The same of the last run published in a home."""
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    with open_published(Home(home)) as published:
        (verdict,) = published.query(
            f"SELECT verdict FROM model.verdicts WHERE is_primary_gate AND outcome = '{HEADLINE}'"
        )["verdict"]
        own = f"WHERE outcome = '{HEADLINE}'"
        cases, backtest = (published.query(f"FROM {name} {own}") for name in (CASES, BACKTEST))
        seed = published.query(_SEED).item()
    return {"plant": "home", "seed": seed, "verdict": verdict, **marks(cases, backtest)}


def told(rows: pl.DataFrame) -> pl.DataFrame:
    """Shares by plant, with exact intervals of the lines' share."""
    with_lines = rows.filter(pl.col(f"{CONTRAST}_in_three").is_not_null())
    found = with_lines.group_by("plant", maintain_order=True).agg(
        pl.len().alias("plants"),
        pl.col("cases").sum(),
        *(pl.col(f"{name}_{where}").sum() for name in METHODS for where in ("first", "in_three")),
        chance=(pl.col("chance_in_three") * pl.col("cases")).sum() / pl.col("cases").sum(),
    )
    ends = [
        clopper_pearson(hits, cases)
        for hits, cases in found.select(f"{CONTRAST}_in_three", "cases").iter_rows()
    ]
    shares = [
        (pl.col(f"{name}_in_three") / pl.col("cases")).alias(f"{name}_share")
        for name in (CONTRAST, MODEL, UNUSUAL)
    ]
    without = rows.join(with_lines, on=["plant", "seed"], how="anti")
    counted = without.group_by("plant").agg(
        without_signal=pl.len(), cases_without=pl.col("cases").sum()
    )
    return found.with_columns(
        *shares,
        pl.Series("contrast_low", [low for low, _ in ends], dtype=pl.Float64),
        pl.Series("contrast_high", [high for _, high in ends], dtype=pl.Float64),
    ).join(counted, on="plant", how="left")


def main() -> None:
    """Make the plants that are missing from the CSV, then tell what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(PLANTS), choices=PLANTS)
    parser.add_argument("--plants", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--home", type=Path, help="a home whose last run is counted too")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    record = StudyRecord("cause_study", ("plant", "seed"), asked.results)
    if asked.home is not None:
        row = home_row(asked.home)
        for _ in record.missing([(row["plant"], row["seed"])]):
            record.append(row)
    seeds = range(asked.first_seed, asked.first_seed + asked.plants)
    for plant, seed in record.missing([(plant, seed) for seed in seeds for plant in asked.kinds]):
        record.append({"plant": plant, "seed": seed, **plant_row(plant, seed, asked.batches)})
        print(f"{plant} {seed}", flush=True)
    rows = record.rows().filter(pl.col("seed").is_in(list(seeds)) | (pl.col("plant") == "home"))
    with pl.Config(tbl_rows=-1):
        print(told(rows).transpose(include_header=True, column_names="plant"))


if __name__ == "__main__":
    main()
