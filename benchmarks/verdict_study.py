"""Verdicts over many virtual plants whose truth is known; one CSV row per plant, resumable.

A study is a set of plants of one kind: ``signal`` (causes planted), ``null`` (no path into any
result), ``product`` (product alone matters), and each again under strong drift; ``product_known``
(product alone, foretelling failures with an AUC near 0.75), ``confounded`` (a strength runs on the
worse press), ``hidden`` (a controller moves its cause into an actuator). Every row also holds what
the margins gain over the label alone, calibration, and the coverage of the prediction sets, so that
one set of plants answers all these questions. Rows already in the CSV are not made again, so a
study may be stopped and continued. Acceptance bands are those of the 99% binomial interval.

    python benchmarks/verdict_study.py --kind signal --plants 20
    python benchmarks/verdict_study.py --kind signal --summary
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.signal.acceptance_criteria import criteria_frame
from assets.failure_models.study import run_study
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Cut
from benchmarks.studies.driver_marks import driver_marks
from benchmarks.studies.model_marks import model_marks, product_oracle_auc, summary
from benchmarks.studies.plants import confounded_plant, hidden_cause_plant
from benchmarks.studies.record import StudyRecord
from data_contracts.tables import table

LAST_GATE = 5


@dataclass(frozen=True)
class Kind:
    """One kind of plant.

    Attributes:
        cut: Which paths into the results are cut.
        drift: Factor on every declared drift.
        product_effect: Factor on the product's effect on results.
        plant: Makes the plant; None means the tablet plant as shipped.
    """

    cut: Cut = "none"
    drift: float = 1.0
    product_effect: float = 1.0
    plant: Callable[[], Plant] | None = None


KINDS = {
    "signal": Kind(),
    "null": Kind("null"),
    "product": Kind("product_only"),
    "signal_drift": Kind(drift=10.0),
    "null_drift": Kind("null", 10.0),
    "product_known": Kind("product_only", product_effect=6.0),
    "confounded": Kind(plant=confounded_plant),
    "hidden": Kind(plant=hidden_cause_plant),
}


def study_inputs(plant: Any, gates: tuple[int, ...]) -> StudyInputs:
    """The tables of a fast-path plant as a study reads them."""
    outcomes = plant.outcomes["outcome"].unique().sort().to_list()
    return StudyInputs(
        gate_values=plant.gate_values,
        dictionary=_dictionary(plant.gate_values),
        batch_gates=plant.batch_gates.filter(pl.col("gate").is_in(gates)),
        outcomes=plant.outcomes,
        outcome_definitions=pl.DataFrame(
            {
                "outcome": outcomes,
                "title": outcomes,
                "is_proxy": False,
                "first_known_stage": LAST_GATE + 1,
                "last_gate_before": LAST_GATE,
                "severity": "lost",
            }
        ),
        outcome_margins=plant.outcome_margins,
        withheld_features=table("evidence.withheld_features"),
        leak_questions=table("evidence.leak_questions"),
        rules=table("finding.rules"),
        rule_effects=table("finding.rule_effects"),
        acceptance_criteria=criteria_frame(outcomes, datetime.now(UTC).replace(tzinfo=None)),
    )


def _dictionary(gate_values: pl.DataFrame) -> pl.DataFrame:
    part = pl.col("feature").str.split(".").list
    return (
        gate_values.group_by("feature")
        .agg(is_number=pl.col("value").is_not_null().any(), stage=pl.col("gate").min())
        .select(
            "feature",
            title="feature",
            stage="stage",
            unit_operation=part.get(1),
            # without kind and statistic, as the dictionary's contract says
            quantity=part.slice(1, 2).list.join("."),
            kind=part.get(0),
            data_type=pl.when("is_number").then(pl.lit("numeric")).otherwise(pl.lit("categorical")),
            is_product_identity=part.get(0) == "product",
        )
        .sort("feature")
    )


def study_plant(kind: str, seed: int, gates: tuple[int, ...], batches: int) -> dict[str, Any]:
    """Simulate one plant, study it, and mark the answer against its truth."""
    from assets.virtual_plant.fast_path.prepared_plant import batch_features

    started = time.perf_counter()
    chosen = KINDS[kind]
    plant = batch_features(
        chosen.plant() if chosen.plant else None,
        seed=seed,
        batches=batches,
        years=batches / 200,
        cut=chosen.cut,
        drift=chosen.drift,
        product_effect=chosen.product_effect,
    )
    simulated = time.perf_counter()
    tables = run_study(
        study_inputs(plant, gates), StudySettings(seed=seed, with_contrast=False, with_models=False)
    )
    row = {
        "kind": kind,
        "seed": seed,
        "gates": " ".join(map(str, gates)),
        "batches": batches,
        "failures": plant.truth["failures"],
        "oracle_auc": plant.truth["oracle_auc"],
        "simulation_s": round(simulated - started, 1),
        "study_s": round(time.perf_counter() - simulated, 1),
    }
    return (
        row
        | _verdict_marks(tables)
        | driver_marks(tables["finding.drivers"], plant.truth, LAST_GATE)
        | {"product_oracle_auc": product_oracle_auc(plant)}
        | model_marks(tables, plant.truth)
    )


def _verdict_marks(tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    verdicts = tables["model.verdicts"].filter(pl.col("verdict") != "not_applicable")
    primary = verdicts.filter((pl.col("outcome") == "failure") & pl.col("is_primary_gate"))
    calibration = tables["model.calibration"].join(
        primary.select("outcome", "gate", model="model_used"), on=["outcome", "gate", "model"]
    )
    return {
        "verdict": primary["verdict"].item(),
        "any_process_signal": "process_signal" in verdicts["verdict"].to_list(),
        "signals": verdicts.filter(pl.col("verdict") == "process_signal").height,
        "auc": primary["auc"].item(),
        "auc_product": primary["auc_product"].item(),
        "gain": primary["gain"].item(),
        "gain_low": primary["gain_low"].item(),
        "p_value": primary["p_value"].item(),
        "calibration_intercept": calibration["intercept"].item(),
        "calibration_slope": calibration["slope"].item(),
    }


def main() -> None:
    """Make the plants that are missing from the CSV, then print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(KINDS), default="signal")
    parser.add_argument("--plants", type=int, default=3, help="seeds first to first+plants-1")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--all-gates", action="store_true", help="gates 1 to 5, not the last alone")
    parser.add_argument("--summary", action="store_true", help="only count what is in the CSV")
    asked = parser.parse_args()
    gates = tuple(range(1, LAST_GATE + 1)) if asked.all_gates else (LAST_GATE,)
    record = StudyRecord(f"verdict_study_{asked.kind}{'_all_gates' if asked.all_gates else ''}")
    seeds = [] if asked.summary else range(asked.first_seed, asked.first_seed + asked.plants)
    for (seed,) in record.missing([(seed,) for seed in seeds]):
        record.append(study_plant(asked.kind, seed, gates, asked.batches))
        print(f"{asked.kind} {seed}", flush=True)
    print(summary(record.rows()))


if __name__ == "__main__":
    main()
