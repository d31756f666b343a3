"""What the failure models cost: the whole ladder with its nulls, and a year of new batches.

One outcome of three margins over 7 gates, 1,000 batches x 300 features. Wanted on 2 quiet cores:
the study under 90 s, all that is not model fitting under 25 s of one core, and 200 new batches
scored and explained by the kept model in under 2 s. The split is processor time, so that it also
holds on a busy machine; the elapsed time does not.

    python benchmarks/failure_models.py
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
from assets.failure_models.estimators import boosted_trees, margin_lines
from assets.failure_models.scoring.batch_scores import score_tables
from assets.failure_models.signal.acceptance_criteria import criteria_frame
from assets.failure_models.study import run_study
from assets.savings.arithmetic.break_even import alarm_prices
from assets.statistics.lines import ridge, sparse_lines
from assets.statistics.regression import penalised_logistic
from data_contracts.assumptions import load_built_in
from data_contracts.tables import table

BATCHES, FEATURES, GATES, QUANTITIES, NEW_BATCHES = 1_000, 300, 7, 3, 200
LONGEST_S, LONGEST_REST_S, LONGEST_SCORING_S = 90, 25, 2
START = datetime.fromisoformat("2021-01-04")
# Where each fit is called from: these are the names replaced while timing.
FITS = (
    (boosted_trees, "fit_margin_trees"),
    (boosted_trees, "fit_label_trees"),
    (margin_lines, "RidgeBasis"),
    (ridge.RidgeBasis, "fit"),
    (margin_lines, "SparseBasis"),
    (sparse_lines.SparseBasis, "fit"),
    (penalised_logistic, "LogisticDesign"),
    (penalised_logistic.LogisticDesign, "fit"),
    (margin_lines, "weighted_coefficients"),
    (margin_lines, "weighted_sparse"),
)


def study_inputs(batches: int, features: int) -> StudyInputs:
    """A line of ``batches`` with ``features`` spread evenly over the gates, two of them causes."""
    rng = np.random.default_rng(1)
    lot = np.arange(batches) // 5
    product = rng.integers(0, 4, lot.max() + 1)[lot]
    values = rng.normal(size=(batches, features))
    margins = rng.normal(size=(batches, QUANTITIES)) - values[:, :QUANTITIES] * 0.5
    margins += 0.3 * rng.normal(size=(lot.max() + 1, QUANTITIES))[lot]
    margins -= np.quantile(margins, 0.012, axis=0)
    ids = [f"B{i:05d}" for i in range(batches)]
    at = [START + timedelta(days=1.8 * i) for i in range(batches)]
    names = [f"parameter.f{j:03d}" for j in range(features)]
    gate_of = {name: 1 + j % GATES for j, name in enumerate(names)}
    wide = pl.DataFrame(dict(zip(names, values.T, strict=True))).with_columns(
        batch_id=pl.Series(ids)
    )
    gate_values = wide.unpivot(
        index="batch_id", variable_name="feature", value_name="value"
    ).select(
        "batch_id",
        pl.col("feature").replace_strict(gate_of, return_dtype=pl.Int64).alias("gate"),
        "feature",
        "value",
        level=pl.lit(None, pl.String),
    )
    base = pl.DataFrame(
        {
            "batch_id": ids,
            "gate_at": at,
            "production_order": np.arange(batches),
            "product": [f"P{code}" for code in product],
            "strength": "5MG",
            "campaign_id": "C1",
            "cluster_id": [f"L{code}" for code in lot],
        }
    )
    quantities = [f"quantity_{j}" for j in range(QUANTITIES)]
    return StudyInputs(
        gate_values=gate_values,
        dictionary=pl.DataFrame(
            {
                "feature": names,
                "title": names,
                "stage": list(gate_of.values()),
                "unit_operation": "any",
                "quantity": names,
                "kind": "parameter",
                "data_type": "numeric",
                "is_product_identity": False,
            }
        ),
        batch_gates=pl.concat([base.with_columns(gate=pl.lit(g, pl.Int64)) for g in range(1, 8)]),
        outcomes=pl.DataFrame(
            {
                "batch_id": ids,
                "outcome": "failure",
                "is_failure": margins.min(axis=1) < 0,
                "known_at": [one + timedelta(days=10) for one in at],
            }
        ),
        outcome_definitions=pl.DataFrame(
            {
                "outcome": ["failure"],
                "title": ["rejected batches"],
                "is_proxy": [False],
                "first_known_stage": [GATES + 1],
                "last_gate_before": [GATES],
                "severity": ["lost"],
            }
        ),
        outcome_margins=pl.concat(
            [
                pl.DataFrame(
                    {
                        "batch_id": ids,
                        "outcome": "failure",
                        "quantity": name,
                        "margin": margins[:, j],
                        "is_censored": False,
                    }
                )
                for j, name in enumerate(quantities)
            ]
        ),
        withheld_features=table("evidence.withheld_features"),
        leak_questions=table("evidence.leak_questions"),
        rules=table("finding.rules"),
        rule_effects=table("finding.rule_effects"),
        acceptance_criteria=criteria_frame(["failure"], START),
    )


@contextmanager
def fits_timed() -> Iterator[dict[str, float]]:
    """Add up the processor time of every fit, over all threads, while the block runs."""
    spent: dict[str, float] = {}
    lock = Lock()

    def timed(name: str, fit: Callable[..., Any]) -> Callable[..., Any]:
        def run(*words: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return fit(*words, **named)
            finally:
                with lock:
                    spent[name] = spent.get(name, 0.0) + time.thread_time() - started

        return run

    originals = [(owner, name, getattr(owner, name)) for owner, name in FITS]
    for owner, name, fit in originals:
        setattr(owner, name, timed(name, fit))
    try:
        yield spent
    finally:
        for owner, name, fit in originals:
            setattr(owner, name, fit)


def timed_study(inputs: StudyInputs) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """Run the study, and split its processor time into fitting and the rest."""
    import xgboost as _xgboost  # noqa: F401  (its import is not the study's cost)

    elapsed, busy = time.perf_counter(), time.process_time()
    with fits_timed() as spent:
        tables = run_study(inputs, StudySettings(seed=1))
    total = time.process_time() - busy
    fitting = sum(spent.values())
    return {
        "elapsed_s": round(time.perf_counter() - elapsed, 1),
        "processor_s": round(total, 1),
        "fitting_s": round(fitting, 1),
        "rest_s": round(total - fitting, 1),
        **{f"{name}_s": round(own, 1) for name, own in sorted(spent.items())},
    }, tables


def timed_scoring(inputs: StudyInputs, boosters: pl.DataFrame) -> dict[str, float]:
    """Score and explain a year of new batches by the kept model of the last gate."""
    own = boosters.filter(pl.col("gate") == GATES)
    elapsed = time.perf_counter()
    prices = alarm_prices(load_built_in("tablets"), table("model.alarm_counts"))
    features = (inputs.gate_values, inputs.dictionary, inputs.batch_gates)
    rows = score_tables(own, prices, *features, inputs.outcome_definitions)
    seconds = round(time.perf_counter() - elapsed, 2)
    return {"scored": len(rows["model.batch_scores"]), "scoring_s": seconds}


def main() -> None:
    """Time both and print the split."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=BATCHES)
    parser.add_argument("--features", type=int, default=FEATURES)
    asked = parser.parse_args()
    inputs = study_inputs(asked.batches + NEW_BATCHES, asked.features)
    is_old = pl.col("batch_id") < f"B{asked.batches:05d}"
    known = replace(
        inputs,
        outcomes=inputs.outcomes.filter(is_old),
        outcome_margins=inputs.outcome_margins.filter(is_old),
        batch_gates=inputs.batch_gates.filter(is_old),
        gate_values=inputs.gate_values.filter(is_old),
    )
    found, tables = timed_study(known)
    found |= timed_scoring(inputs, tables["model.boosters"])
    print(json.dumps(found, indent=2))
    print(tables["model.verdicts"].select("gate", "verdict", "gain", "p_value"))
    print(
        f"bars: study under {LONGEST_S} s elapsed on 2 quiet cores, rest under {LONGEST_REST_S} s, "
        f"scoring under {LONGEST_SCORING_S} s"
    )


if __name__ == "__main__":
    main()
